import { type Functions, fn } from '../function.ts'
import { sprint } from '../value/format.ts'
import { nearestInt64 } from '../value/numbers.ts'
import { any, type GoString, int, int64 } from '../value/value.ts'

/** Functions that read integers written as text. */
export const numeralFunctions: Functions = {
  atoi: fn(['string'], ([text]) => int(integerOrZero(text))),
  /** Octal digits, as of a file mode; 0 for what is none or goes beyond 64 bits. */
  toDecimal: fn([any], ([value], { budget }) => {
    const result = numeralOf(sprint([value], budget), 8) ?? 0n
    return int64(result === nearestInt64(result) ? result : 0n)
  }),
}

const largestUint64 = 2n ** 64n - 1n

/**
 * Text as an int64, and 0 for what is none. Go's strconv gives the nearest integer beside its error where the number is
 * too large, and sprig drops the error.
 */
export function integerOrZero(text: GoString): bigint {
  const leading = /^[+-]?[0-9]*/.exec(text)?.[0] ?? ''
  const value = numeralOf(leading, 10) ?? 0n
  // That a number goes beyond uint64 Go sees before what follows it.
  const isBeyond = value > largestUint64 || value < -largestUint64
  return leading === text || isBeyond ? nearestInt64(value) : 0n
}

const digits = { 8: /^[+-]?[0-7]+$/, 10: /^[+-]?[0-9]+$/ }
const prefix = { 8: '0o', 10: '' }

/** More digits than any 64-bit integer needs, so that a long numeral costs no more. */
const manyDigits = 64

/** Any integer that the text is the numeral of (strconv.ParseInt), beyond 64 bits just some that is. */
function numeralOf(text: GoString, base: 8 | 10): bigint | undefined {
  if (!digits[base].test(text)) return undefined
  const numeral = text.replace(/^[+-]?0*/, '')
  const value = BigInt(prefix[base] + (numeral.slice(0, manyDigits) || '0'))
  return text.startsWith('-') ? -value : value
}
