import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const file = join(import.meta.dirname, '../../charts/keyferry/values.yaml')

/** A value as values.yaml documents it: `# -- words` stands right above its key. */
export interface DocumentedValue {
  readonly path: readonly string[]
  readonly words: string
  readonly default: unknown
}

/** The values that the chart has, in the order of the file. */
export function documentedValues(text = readFileSync(file, 'utf8')): readonly DocumentedValue[] {
  const found: DocumentedValue[] = []
  const defaults: unknown = parse(text)
  let path: readonly string[] = []
  let words: string | undefined
  for (const line of text.split('\n')) {
    const [, indent = '', comment, key] = /^( *)(?:# -- (.*)|([A-Za-z]+):.*)$/.exec(line) ?? []
    if (key !== undefined) {
      path = [...path.slice(0, indent.length / 2), key]
      if (words !== undefined) found.push({ path, words, default: valueAt(defaults, path) })
    }
    words = comment
  }
  return found
}

/** What lies at a path of nested objects; undefined where nothing does. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let at = root
  for (const key of path) at = isRecord(at) ? at[key] : undefined
  return at
}

/** Whether a value is an object with keys, and no list. */
export function isRecord(it: unknown): it is Readonly<Record<string, unknown>> {
  return typeof it === 'object' && it !== null && !Array.isArray(it)
}
