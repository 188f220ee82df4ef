import { widthOfAlphaNumeric } from './characters.ts'
import type { Lexer } from './lexer.ts'
import { shown } from './place.ts'

/**
 * Reads a number. It takes more than Go's numbers, such as `0x0.2` and `089`: whoever reads its value refuses those.
 */
export function lexNumber(lexer: Lexer): void {
  const isWhole = skipNumber(lexer)
  const isComplex = isWhole && isSign(lexer)
  if (!isWhole || (isComplex && !isImaginary(lexer)))
    return lexer.fail(`bad number syntax: ${shown(lexer.text.slice(lexer.start, lexer.at), 20)}`)
  lexer.emit(isComplex ? 'complex' : 'number')
}

function isSign(lexer: Lexer): boolean {
  const sign = lexer.text[lexer.at]
  return sign === '+' || sign === '-'
}

function isImaginary(lexer: Lexer): boolean {
  return skipNumber(lexer) && lexer.text[lexer.at - 1] === 'i'
}

/** Moves behind a number; false when a letter or digit follows that belongs to none. */
function skipNumber(lexer: Lexer): boolean {
  skipOne(lexer, '+-')
  const digits = digitsOfBase(lexer)
  skipAll(lexer, digits)
  if (skipOne(lexer, '.')) skipAll(lexer, digits)
  const exponent = exponents.get(digits)
  if (exponent !== undefined && skipOne(lexer, exponent)) {
    skipOne(lexer, '+-')
    skipAll(lexer, decimal)
  }
  skipOne(lexer, 'i')
  const width = widthOfAlphaNumeric(lexer.text, lexer.at)
  lexer.at += width
  return width === 0
}

const decimal = '0123456789_'
const hexadecimal = '0123456789abcdefABCDEF_'
const exponents: ReadonlyMap<string, string> = new Map([
  [decimal, 'eE'],
  [hexadecimal, 'pP'],
])

function digitsOfBase(lexer: Lexer): string {
  if (!skipOne(lexer, '0')) return decimal
  if (skipOne(lexer, 'xX')) return hexadecimal
  if (skipOne(lexer, 'oO')) return '01234567_'
  return skipOne(lexer, 'bB') ? '01_' : decimal
}

function skipOne(lexer: Lexer, among: string): boolean {
  const byte = lexer.text[lexer.at]
  if (byte === undefined || !among.includes(byte)) return false
  lexer.at++
  return true
}

function skipAll(lexer: Lexer, among: string): void {
  while (skipOne(lexer, among));
}
