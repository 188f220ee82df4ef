import type { GoString } from '../value/value.ts'

/** A piece of a layout: text that stands for itself, or a token such as `2006`. */
export interface LayoutPiece {
  readonly text: GoString
  readonly isToken: boolean
}

/** Go's reference time, Mon Jan 2 15:04:05 MST 2006, in all the forms that a layout may show it. */
const token =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm|[-Z]070000|[-Z]07:00:00|[-Z]0700|[-Z]07:00|[-Z]07|[.,](?:0+|9+)(?![0-9])/g

/** The pieces of a layout, in order. */
export function piecesOf(layout: GoString): LayoutPiece[] {
  const pieces: LayoutPiece[] = []
  let end = 0
  for (const { 0: text, index } of layout.matchAll(token)) {
    if (index > end) pieces.push({ text: layout.slice(end, index), isToken: false })
    pieces.push({ text, isToken: true })
    end = index + text.length
  }
  if (end < layout.length) pieces.push({ text: layout.slice(end), isToken: false })
  return pieces
}

/** A fraction of a second, such as `.000` or `,999`. */
export function isFraction(text: GoString): boolean {
  return text.startsWith('.') || text.startsWith(',')
}

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** The parts of an offset from UTC that a token such as `-07:00` or `Z0700` shows. */
export interface OffsetForm {
  readonly zulu: boolean
  readonly colon: boolean
  readonly minutes: boolean
  readonly seconds: boolean
}

/** Undefined for a token of another kind. */
export function offsetFormOf(text: GoString): OffsetForm | undefined {
  if (!/^[-Z]07/.test(text)) return undefined
  const digits = text.replaceAll(':', '').length - 1
  return { zulu: text.startsWith('Z'), colon: text.includes(':'), minutes: digits > 2, seconds: digits > 4 }
}
