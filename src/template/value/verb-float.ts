import type { Budget } from '../budget.ts'
import { pad, padWithSpaces, type Spec } from './format-spec.ts'
import { type FloatFormat, formatFloat } from './numbers.ts'
import type { GoString } from './value.ts'

interface FloatVerb {
  readonly format: FloatFormat
  /** The precision where the directive has none. */
  readonly precision: number
}

const verbs: ReadonlyMap<GoString, FloatVerb> = new Map([
  ['v', { format: 'g', precision: -1 }],
  ['b', { format: 'b', precision: -1 }],
  ['g', { format: 'g', precision: -1 }],
  ['G', { format: 'G', precision: -1 }],
  ['x', { format: 'x', precision: -1 }],
  ['X', { format: 'X', precision: -1 }],
  ['e', { format: 'e', precision: 6 }],
  ['E', { format: 'E', precision: 6 }],
  ['f', { format: 'f', precision: 6 }],
  ['F', { format: 'f', precision: 6 }],
])

/** Room for the digits of the largest and of the smallest float64. */
const longestDigits = 400

/** A float64 under a verb of Go's fmt; undefined when the verb is not one for floats. */
export function showFloat(value: number, verb: GoString, spec: Spec, budget: Budget): GoString | undefined {
  const chosen = verbs.get(verb)
  if (chosen === undefined) return undefined
  const precision = spec.precision ?? chosen.precision
  budget.allocate(longestDigits + Math.max(precision, 0))
  const text = formatFloat(value, chosen.format, precision)
  const sign = text.startsWith('-') ? '-' : spec.plus ? '+' : spec.space ? ' ' : ''
  const magnitude = text.replace(/^[+-]/, '')
  // Infinity has its sign always.
  if (value === Number.POSITIVE_INFINITY) return padWithSpaces((sign || '+') + magnitude, spec, budget)
  if (!Number.isFinite(value)) return padWithSpaces(sign + magnitude, spec, budget)
  const shown = spec.sharp && verb !== 'b' ? withPoint(magnitude, chosen.format, precision) : magnitude
  return padNumber(sign, shown, spec, budget)
}

/** Zeros stand between the sign and the digits. */
function padNumber(sign: string, magnitude: string, spec: Spec, budget: Budget): GoString {
  const missing = (spec.width ?? 0) - sign.length - magnitude.length
  if (!spec.zero || spec.minus || missing <= 0) return pad(sign + magnitude, spec, budget)
  budget.allocate(missing)
  return sign + '0'.repeat(missing) + magnitude
}

/** With `#` there is always a point, and `%g` keeps the zeros that the precision asks for. */
function withPoint(magnitude: string, format: FloatFormat, precision: number): string {
  const isHex = format === 'x' || format === 'X'
  const end = magnitude.search(isHex ? /[pP]/ : /e|E|$/)
  const body = magnitude.slice(0, end)
  const hasPoint = body.includes('.')
  const missing = digitsWanted(format, precision) - significantDigits(body, hasPoint)
  return body + (hasPoint ? '' : '.') + '0'.repeat(Math.max(missing, 0)) + magnitude.slice(end)
}

function digitsWanted(format: FloatFormat, precision: number): number {
  if (format !== 'g' && format !== 'G' && format !== 'x') return 0
  return precision === -1 ? 6 : precision
}

/** Digits from the first that is not zero, as Go counts them here: the x of `0x` is one, and so is a lone zero. */
function significantDigits(body: string, hasPoint: boolean): number {
  if (body === '0' && !hasPoint) return 1
  return body.replace('.', '').replace(/^0+/, '').length
}
