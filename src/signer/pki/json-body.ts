import type { Input } from '../../template/render-options.ts'
import { SignFailure } from '../sign-failure.ts'
import type { Data, Part, TemplateSet } from './template-set.ts'
import { wrong } from './wrong.ts'

/** A member or element that is left out. */
const absent = Symbol('absent')

/**
 * A JSON body whose texts are templates. It is put together from values and written by us, so that no value can become
 * structure. An object with one key of `$value`, `$number` and `$optional` stands for what it says. Throws InvalidConfig.
 */
export function compileBody(name: string, json: unknown, set: TemplateSet): Part<unknown> {
  if (typeof json === 'string') return set.add(name, json)
  if (Array.isArray(json)) return listOf(json.map((it, index) => compileBody(`${name}.${index}`, it, set)))
  if (typeof json !== 'object' || json === null) return () => json
  const entries = Object.entries(json)
  const [[key, inner] = ['', undefined]] = entries
  if (key.startsWith('$')) return special({ name, key, inner, isAlone: entries.length === 1 }, set)
  return mapOf(entries.map(([key, it]) => [key, compileBody(`${name}.${key}`, it, set)]))
}

function listOf(parts: readonly Part<unknown>[]): Part<unknown> {
  return (rendered) => parts.map((it) => it(rendered)).filter((it) => it !== absent)
}

function mapOf(parts: readonly (readonly [string, Part<unknown>])[]): Part<unknown> {
  return (rendered) =>
    Object.fromEntries(
      parts.map(([key, it]) => [key, it(rendered)] as const).filter(([, it]) => it !== absent),
    )
}

interface Special {
  readonly name: string
  readonly key: string
  readonly inner: unknown
  readonly isAlone: boolean
}

function special({ name, key, inner, isAlone }: Special, set: TemplateSet): Part<unknown> {
  if (!isAlone || typeof inner !== 'string') throw wrong([name, key], 'must stand alone and be a text')
  const at = `${name}.${key}`
  if (key === '$value') return ({ data }) => valueAt(data, inner, at)
  const text = set.add(at, inner)
  if (key === '$number') return (rendered) => numberOf(text(rendered), at)
  if (key === '$optional') return (rendered) => text(rendered) || absent
  throw wrong([name, key], 'is none of $value, $number and $optional')
}

function numberOf(text: string, at: string): number {
  const number = Number(text)
  if (/^-?\d+(\.\d+)?$/.test(text) && Number.isFinite(number)) return number
  throw new SignFailure('Refused', `Cannot make ${at}: it is not a number`)
}

/** A variable by its dotted name, as JSON. Throws InvalidConfig when there is none. */
function valueAt(data: Data, path: string, at: string): unknown {
  let found: Input | undefined = data
  for (const name of path.split('.')) found = found instanceof Map ? memberOf(found, name) : undefined
  if (found === undefined) throw wrong([at], `names no variable; "${path.slice(0, 60)}" is unknown`)
  return jsonOf(found)
}

function memberOf(map: ReadonlyMap<string, Input>, name: string): Input | undefined {
  return map.get(name)
}

function jsonOf(input: Input): unknown {
  if (input instanceof Uint8Array) return Buffer.from(input).toString('utf8')
  if (input instanceof Map) return Object.fromEntries([...input].map(([key, it]) => [key, jsonOf(it)]))
  return Array.isArray(input) ? input.map(jsonOf) : input
}
