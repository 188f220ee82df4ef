import type { Place } from '../error.ts'
import { textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

/** Where a byte of a template's text is, for messages. */
export function placeAt(template: string, text: GoString, at: number): Place {
  let line = 1
  let lineBegin = 0
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', lineBegin)) {
    line++
    lineBegin = end + 1
  }
  return { template, line, column: at - lineBegin + 1 }
}

/** A part of the template's own text in quotes, cut where it is long. */
export function shown(text: GoString, most: number): string {
  return JSON.stringify(textOf(text.slice(0, most))) + (text.length > most ? '...' : '')
}
