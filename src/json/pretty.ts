import { boundedDepth, boundedLength } from './bounds.ts'
import {
  elementsOf,
  endOfString,
  isArray,
  isObject,
  type Json,
  type Member,
  membersOf,
  stringIn,
} from './text.ts'

/** How `@pretty` lays a value out. */
interface Layout {
  readonly width: number
  readonly prefix: string
  readonly indent: string
  readonly sortKeys: boolean
}

/** `@ugly`: without any space that is not inside a string. */
export function ugly(json: Json): Json {
  let out = ''
  for (let at = 0; at < json.length; ) {
    const end = json[at] === '"' ? endOfString(json, at) : at + 1
    if (json.charAt(at) > ' ') out += json.slice(at, end)
    at = end
  }
  return out
}

/** `@pretty`: a line for each member; arrays without objects on one line where they fit into the width. */
export function pretty(json: Json, argument: string): Json {
  const layout = layoutOf(argument)
  if (json + layout.prefix === '') return ''
  return `${layout.prefix}${lay(json, layout, 0, layout.prefix.length)}\n`
}

function layoutOf(argument: string): Layout {
  const options = new Map([...membersOf(argument)].map((it) => [it.name, it.value]))
  const space = (name: string, usual: string) => {
    const value = options.get(name)
    return value === undefined ? usual : stringIn(value).replace(/\S/g, '')
  }
  return {
    width: Number(options.get('width') ?? 80),
    prefix: space('prefix', ''),
    indent: space('indent', '  '),
    sortKeys: options.get('sortKeys') === 'true',
  }
}

/** `column` is how much of the line is taken where the value begins. */
function lay(json: Json, layout: Layout, depth: number, column: number): string {
  boundedDepth(depth)
  if (isArray(json)) return onOneLine(json, layout.width - column) ?? layArray(json, layout, depth)
  return isObject(json) ? layObject(json, layout, depth) : json
}

/** Undefined when it holds objects or is longer than what is left of the line. */
function onOneLine(json: Json, room: number): string | undefined {
  if (room <= 3) return undefined
  const parts: string[] = []
  for (const element of elementsOf(json)) {
    const part = isArray(element) ? onOneLine(element, Number.POSITIVE_INFINITY) : element
    if (part === undefined || isObject(element)) return undefined
    parts.push(part)
  }
  const line = `[${parts.join(', ')}]`
  return Buffer.byteLength(line) <= room ? line : undefined
}

/** The line break counts for the first element only: for the others it stands where the space after the comma was. */
function layArray(json: Json, layout: Layout, depth: number): string {
  const lead = leadOf(layout, depth + 1)
  const lines = [...elementsOf(json)].map((it, index) => {
    const taken = lead.length + (index === 0 ? 1 : 0)
    return lead + lay(it, layout, depth + 1, taken)
  })
  return block('[', ']', lines, layout, depth)
}

function layObject(json: Json, layout: Layout, depth: number): string {
  const lead = leadOf(layout, depth + 1)
  const lines = inOrder([...membersOf(json)], layout).map(({ rawName, value }) => {
    const name = `${lead}${rawName}: `
    return name + lay(value, layout, depth + 1, 1 + Buffer.byteLength(name))
  })
  return block('{', '}', lines, layout, depth)
}

function block(open: string, close: string, lines: readonly string[], layout: Layout, depth: number): string {
  boundedLength(lines.reduce((sum, it) => sum + it.length, 0))
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${leadOf(layout, depth)}${close}`
}

function leadOf({ prefix, indent }: Layout, depth: number): string {
  return prefix + indent.repeat(depth)
}

function inOrder(members: readonly Member[], { sortKeys }: Layout): readonly Member[] {
  if (!sortKeys) return members
  return members.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
}
