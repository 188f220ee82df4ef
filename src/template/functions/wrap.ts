import type { Budget } from '../budget.ts'
import { type Functions, fn } from '../function.ts'
import type { GoString } from '../value/value.ts'

/** Functions that break a text into lines of at most so many bytes, as goutils does. */
export const wrapFunctions: Functions = {
  wrap: fn(['int', 'string'], ([width, text], { budget }) =>
    wrapped(text, { width: widthOf(width.value), separator: '\n', breakWords: false }, budget),
  ),
  wrapWith: fn(['int', 'string', 'string'], ([width, separator, text], { budget }) => {
    const style = { width: widthOf(width.value), separator: separator || '\n', breakWords: true }
    return wrapped(text, style, budget)
  }),
}

interface Style {
  readonly width: number
  readonly separator: GoString
  /** A word that is longer than a line is broken too. */
  readonly breakWords: boolean
}

function widthOf(width: bigint): number {
  return width < 1n ? 1 : Number(width)
}

function wrapped(text: GoString, style: Style, budget: Budget): GoString {
  budget.step(1 + (text.length >> 4))
  let result = ''
  let from = 0
  while (text.length - from > style.width) {
    if (text[from] === ' ') {
      from++
      continue
    }
    const { end, next } = lineAt(text, from, style)
    const isLast = next > text.length
    budget.allocate(end - from + style.separator.length)
    result += text.slice(from, end) + (isLast ? '' : style.separator)
    from = Math.min(next, text.length)
  }
  budget.allocate(text.length - from)
  return result + text.slice(from)
}

/** Where a line ends and the next one begins; beyond the text when there is no next one. */
function lineAt(text: GoString, from: number, { width, breakWords }: Style): { end: number; next: number } {
  const length = text.slice(from, from + width + 1).lastIndexOf(' ')
  if (length !== -1) return { end: from + length, next: from + length + 1 }
  if (breakWords) return { end: from + width, next: from + width }
  const later = text.indexOf(' ', from + width)
  return later === -1 ? { end: text.length, next: text.length + 1 } : { end: later, next: later + 1 }
}
