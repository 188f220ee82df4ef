import { isObject, isString, type Json, jsonIn, membersOf, stringIn } from '../json/text.ts'

/** Members of a JSON object as they were written, by name. */
export type Members = ReadonlyMap<string, Json>

/**
 * The members of the JSON object a text is, in the order written; the last of a repeated name wins, as in Go. None for
 * null; undefined for any other value and for what is no JSON.
 */
export function objectIn(text: string): Members | undefined {
  const json = jsonIn(text)
  if (json === 'null') return new Map()
  if (json === undefined || !isObject(json)) return undefined
  return new Map([...membersOf(json)].map(({ name, value }) => [name, value]))
}

/** A member as a key of a Secret gets it: strings without quotes, null as nothing, the rest as it was written. */
export function rawText(json: Json): string {
  if (isString(json)) return stringIn(json)
  return json === 'null' ? '' : json
}
