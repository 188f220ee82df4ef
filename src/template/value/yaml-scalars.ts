import { takeEscape } from './yaml-escape.ts'
import { takeGap } from './yaml-fold.ts'
import { isBlank, isBlankOrEnd, isBreak, type YamlSource } from './yaml-source.ts'

const beforeDouble = /[^"\\ \t\r\n\u0085\u2028\u2029]+/y
const beforeSingle = /[^' \t\r\n\u0085\u2028\u2029]+/y
const wholeDouble = /[^"\\\t\r\n\u0085\u2028\u2029]*"/y
const plainRun = /[^: \t\r\n\u0085\u2028\u2029]+/y
const plainRunInFlow = /[^:,?[\]{} \t\r\n\u0085\u2028\u2029]+/y

/** The text of a scalar in quotes; the source stands at the opening one. */
export function takeQuoted(source: YamlSource): string {
  const quote = source.peek()
  source.skip()
  const whole = quote === '"' ? source.take(wholeDouble) : ''
  if (whole !== '') return whole.slice(0, -1)
  let text = ''
  for (;;) {
    checkInside(source)
    const piece = quote === '"' ? takeDoublePiece(source) : takeSinglePiece(source)
    text += piece.text
    if (source.peek() === quote) break
    text += takeGap(source, piece.isBroken, 0).text
  }
  source.skip()
  return text
}

function checkInside(source: YamlSource): void {
  if (source.isAtDocumentMarker()) throw source.fault('found unexpected document indicator')
  if (source.peek() === '') throw source.fault('found unexpected end of stream')
}

/** Up to the next space, break or quote; a backslash before a break makes nothing of both. */
function takeDoublePiece(source: YamlSource): { text: string; isBroken: boolean } {
  let text = ''
  for (;;) {
    text += source.take(beforeDouble)
    if (source.peek() !== '\\') return { text, isBroken: false }
    if (isBreak(source.peek(1))) {
      source.skip()
      source.takeBreak()
      return { text, isBroken: true }
    }
    text += takeEscape(source)
  }
}

/** Up to the next space, break or quote; a quote is doubled. */
function takeSinglePiece(source: YamlSource): { text: string; isBroken: boolean } {
  let text = source.take(beforeSingle)
  while (source.peek() === "'" && source.peek(1) === "'") {
    source.skip(2)
    text += `'${source.take(beforeSingle)}`
  }
  return { text, isBroken: false }
}

/**
 * The text of a scalar without quotes, and whether it was followed by a break. Its further lines begin at `minColumn`
 * at least, unless it stands in a flow collection.
 */
export function takePlain(
  source: YamlSource,
  minColumn: number,
  inFlow: boolean,
): { text: string; isBroken: boolean } {
  let text = ''
  let gap = { text: '', isBroken: false }
  for (;;) {
    if (source.isAtDocumentMarker() || source.peek() === '#') break
    const piece = takePlainPiece(source, inFlow)
    if (piece !== '') {
      text += gap.text + piece
      gap = { text: '', isBroken: false }
    }
    if (!isBlank(source.peek()) && !isBreak(source.peek())) break
    gap = takeGap(source, false, minColumn)
    if (!inFlow && source.column < minColumn) break
  }
  return { text, isBroken: gap.isBroken }
}

function takePlainPiece(source: YamlSource, inFlow: boolean): string {
  let text = ''
  for (;;) {
    text += source.take(inFlow ? plainRunInFlow : plainRun)
    if (source.peek() !== ':' || isBlankOrEnd(source.peek(1))) return text
    text += ':'
    source.skip()
  }
}
