import { formatBinary, formatHex } from './numbers-binary.ts'
import { formatFixed, formatGeneral, formatScientific } from './numbers-decimal.ts'
import { readHexFloat } from './numbers-hex.ts'
import type { GoString } from './value.ts'

/** The formats of strconv.FormatFloat. */
export type FloatFormat = 'b' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X'

/**
 * A float64 as strconv.FormatFloat writes it. The precision counts digits after the point, for `g` and `G` all digits;
 * -1 is as few as read back as the same number. The caller's budget pays for the precision.
 */
export function formatFloat(value: number, format: FloatFormat, precision: number): GoString {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return sign + formatMagnitude(Math.abs(value), format, precision)
}

function formatMagnitude(value: number, format: FloatFormat, precision: number): string {
  switch (format) {
    case 'b':
      return formatBinary(value)
    case 'x':
    case 'X':
      return formatHex(value, format, precision)
    case 'e':
    case 'E':
      return formatScientific(value, format, precision)
    case 'f':
      return formatFixed(value, precision)
    case 'g':
    case 'G':
      return formatGeneral(value, format === 'g' ? 'e' : 'E', precision)
  }
}

const digitOf = (char: string): number => Number.parseInt(char, 36)

/** More digits than any int64 has, in any base. */
const tooManyDigits = 64
const largestInt64 = 2n ** 63n - 1n

/** The nearest that int64 holds. */
export function nearestInt64(value: bigint): bigint {
  if (value > largestInt64) return largestInt64
  return value < -largestInt64 - 1n ? -largestInt64 - 1n : value
}

/**
 * The number that strconv.ParseInt(text, base, 64) reads; undefined where it gives an error, be it of form or of range.
 * Base 0 takes the prefixes 0b, 0o, 0x and 0 and underscores between digits.
 */
export function parseInt64(text: GoString, base: number): bigint | undefined {
  const isNegative = text.startsWith('-')
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text
  const literal = base === 0 ? literalOf(unsigned) : { digits: unsigned, base }
  if (literal === undefined) return undefined
  const magnitude = readDigits(literal)
  if (magnitude === undefined || magnitude > (isNegative ? largestInt64 + 1n : largestInt64)) return undefined
  return isNegative ? -magnitude : magnitude
}

interface Literal {
  readonly digits: string
  readonly base: number
}

const prefixes: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16 }

/** An integer as Go source writes it. */
function literalOf(text: GoString): Literal | undefined {
  if (text === '' || !hasGoodUnderscores(text)) return undefined
  const plain = text.replaceAll('_', '')
  if (plain === '0') return { digits: '0', base: 10 }
  const base = text.startsWith('0') ? prefixes[text.charAt(1).toLowerCase()] : 10
  if (base === 10) return { digits: plain, base }
  return base === undefined ? { digits: plain.slice(1), base: 8 } : { digits: plain.slice(2), base }
}

function readDigits({ digits, base }: Literal): bigint | undefined {
  if (!/^[0-9a-z]+$/i.test(digits)) return undefined
  const significant = digits.replace(/^0+/, '')
  if (significant.length > tooManyDigits) return undefined
  let value = 0n
  for (const char of significant) {
    if (digitOf(char) >= base) return undefined
    value = value * BigInt(base) + BigInt(digitOf(char))
  }
  return value
}

const decimalFloat = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i
const infinity = /^[+-]?inf(?:inity)?$/i

/** The number that strconv.ParseFloat(text, 64) reads; undefined where it gives an error, be it of form or of range. */
export function parseFloat64(text: GoString): number | undefined {
  if (infinity.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^nan$/i.test(text)) return Number.NaN
  if (text.includes('_') && !hasGoodUnderscores(text.replace(/^[+-]/, ''))) return undefined
  const plain = text.replaceAll('_', '')
  const number = decimalFloat.test(plain) ? Number(plain) : readHexFloat(plain)
  return number !== undefined && Number.isFinite(number) ? number : undefined
}

/** Underscores stand between digits, or between the prefix of a base and a digit. */
function hasGoodUnderscores(text: string): boolean {
  const isHex = /^0x/i.test(text)
  const number = text.replace(/^0[box]/i, '0')
  return isHex
    ? !/(?:^|[^0-9a-f])_|_(?:[^0-9a-f]|$)/i.test(number)
    : !/(?:^|[^0-9])_|_(?:[^0-9]|$)/.test(number)
}
