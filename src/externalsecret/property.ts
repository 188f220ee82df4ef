import { get } from '../json/get.ts'
import { plainText } from '../json/plain-text.ts'
import { type Json, jsonIn } from '../json/text.ts'

/**
 * What a GJSON path leads to in a text that is JSON, as plain text; undefined when it leads nowhere. As in ESO, a path
 * with dots is first tried as one key with dots in its name. Throws RangeError when the path goes beyond bounds.
 */
export function propertyOf(text: string, property: string): string | undefined {
  const json = jsonIn(text) ?? jsonIn(withEscapedControls(text))
  if (json === undefined) return undefined
  const found = (property.includes('.') && get(json, dotted(property))) || get(json, property)
  return found === '' ? undefined : plainText(found)
}

function dotted(property: string): string {
  return property.replaceAll('.', String.raw`\.`)
}

/** People paste PEM into JSON with its line breaks. That is no JSON, yet ESO's way to read it takes it. */
function withEscapedControls(text: string): Json {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/gs, (string) =>
    string.replace(/\p{Cc}/gu, (it) => JSON.stringify(it).slice(1, -1)),
  )
}
