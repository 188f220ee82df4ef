import { FunctionError } from '../error.ts'
import { type Functions, fn } from '../function.ts'
import type { GoString } from '../value/value.ts'

/** Functions that cut a text to a length; they count bytes and may cut a character. */
export const cutFunctions: Functions = {
  trunc: fn(['int', 'string'], ([count, text]) => truncated(text, Number(count.value))),
  substr: fn(['int', 'int', 'string'], ([start, end, text]) =>
    partOf(text, Number(start.value), Number(end.value)),
  ),
  abbrev: fn(['int', 'string'], ([width, text]) => abbreviated(text, 0, Number(width.value))),
  abbrevboth: fn(['int', 'int', 'string'], ([left, right, text]) =>
    right.value < 7n && left.value > 0n ? text : abbreviated(text, Number(left.value), Number(right.value)),
  ),
}

function truncated(text: GoString, count: number): GoString {
  if (count >= 0) return text.slice(0, count)
  return text.length + count > 0 ? text.slice(count) : text
}

/** A negative start takes all up to `end`; a negative `end`, or one beyond the text, all from `start`. */
function partOf(text: GoString, start: number, end: number): GoString {
  if (start < 0) return checkedSlice(text, 0, end)
  if (end < 0 || end > text.length) return checkedSlice(text, start, text.length)
  return checkedSlice(text, start, end)
}

function checkedSlice(text: GoString, start: number, end: number): GoString {
  if (start > end || end < 0 || end > text.length) throw new FunctionError('takes a part beyond the text')
  return text.slice(start, end)
}

const mark = '...'

/** At most `width` bytes of a text, from about byte `offset` on, with an ellipsis for what is left out. */
function abbreviated(text: GoString, offset: number, width: number): GoString {
  if (width < 4 || text.length <= width) return text
  const room = width - mark.length
  const from = Math.min(offset, text.length - room)
  if (from <= 4) return text.slice(0, room) + mark
  if (width < 7) return ''
  if (from + room < text.length) return mark + abbreviated(text.slice(from), 0, room)
  return mark + text.slice(text.length - room)
}
