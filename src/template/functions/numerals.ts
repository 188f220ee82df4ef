import { type Functions, fn } from '../function.ts'
import { sprint } from '../value/format.ts'
import { any, type GoString, int, int64 } from '../value/value.ts'

/** Functions that read integers written as text. */
export const numeralFunctions: Functions = {
  atoi: fn(['string'], ([text]) => int(clamped(integerOf(text, 10)) ?? 0n)),
  /** Octal digits, as of a file mode; 0 for what is none or goes beyond 64 bits. */
  toDecimal: fn([any], ([value], { budget }) => {
    const result = integerOf(sprint([value], budget), 8)
    return int64(result === clamped(result) ? (result ?? 0n) : 0n)
  }),
}

const digits = { 8: /^[+-]?[0-7]+$/, 10: /^[+-]?[0-9]+$/ }
const prefix = { 8: '0o', 10: '' }

/** More digits than any 64-bit integer needs, so that a long numeral costs no more. */
const manyDigits = 64

/** Any integer that the text is the numeral of (strconv.ParseInt), beyond 64 bits just some that is. */
function integerOf(text: GoString, base: 8 | 10): bigint | undefined {
  if (!digits[base].test(text)) return undefined
  const numeral = text.replace(/^[+-]?0*/, '')
  const value = BigInt(prefix[base] + (numeral.slice(0, manyDigits) || '0'))
  return text.startsWith('-') ? -value : value
}

/** strconv.Atoi gives the nearest integer beside its error, and sprig drops the error. */
function clamped(value: bigint | undefined): bigint | undefined {
  if (value === undefined) return undefined
  const greatest = 2n ** 63n - 1n
  if (value > greatest) return greatest
  return value < -greatest - 1n ? -greatest - 1n : value
}
