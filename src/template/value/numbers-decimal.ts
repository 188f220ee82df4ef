import { signedPower } from './numbers-binary.ts'
import { type Decimal, exactDigits, roundDigits, shortestDigits } from './numbers-digits.ts'

/** `%e`: one digit before the point. */
export function formatScientific(value: number, letter: 'e' | 'E', precision: number): string {
  if (precision >= 0) return scientific(roundDigits(exactDigits(value), precision + 1), letter, precision)
  const decimal = shortestDigits(value)
  return scientific(decimal, letter, decimal.digits.length - 1)
}

/** `%f`: no exponent. */
export function formatFixed(value: number, precision: number): string {
  const decimal = precision < 0 ? shortestDigits(value) : exactDigits(value)
  const places = precision < 0 ? decimal.digits.length - decimal.point : precision
  return fixed(precision < 0 ? decimal : roundDigits(decimal, decimal.point + precision), places)
}

/** From this power of ten on the shortest form has an exponent. */
const shortestThreshold = 6

/** `%g`: the shorter of the two, without zeros at the end. */
export function formatGeneral(value: number, letter: 'e' | 'E', precision: number): string {
  const decimal =
    precision < 0 ? shortestDigits(value) : roundDigits(exactDigits(value), Math.max(precision, 1))
  const { digits, point } = decimal
  const power = point - 1
  if (power < -4 || power >= generalThreshold(decimal, precision))
    return scientific(decimal, letter, digits.length - 1)
  return fixed(decimal, digits.length - point)
}

/** The power of ten from which on there is an exponent. */
function generalThreshold({ digits, point }: Decimal, precision: number): number {
  if (precision < 0) return shortestThreshold
  const wanted = Math.max(precision, 1)
  return wanted > digits.length && digits.length >= point ? digits.length : wanted
}

function scientific({ digits, point }: Decimal, letter: 'e' | 'E', places: number): string {
  const fraction = places > 0 ? `.${digits.slice(1, places + 1).padEnd(places, '0')}` : ''
  const power = digits === '' ? 0 : point - 1
  return `${digits[0] ?? '0'}${fraction}${letter}${signedPower(power)}`
}

function fixed({ digits, point }: Decimal, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (places <= 0) return whole
  const fraction = '0'.repeat(Math.max(0, -point)) + digits.slice(Math.max(point, 0))
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`
}
