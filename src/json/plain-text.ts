import { isString, type Json, stringIn } from './text.ts'

/**
 * What an application gets of a JSON value: strings without quotes, null as nothing, objects and arrays as written.
 * Whole numbers keep their spelling however long; others are written out in full (1.50 is 1.5, 1e3 is 1000), as External
 * Secrets Operator writes them.
 */
export function plainText(json: Json): string {
  if (isString(json)) return stringIn(json)
  if (json === 'null') return ''
  return /^-?\d+$/.test(json) || !/^[-0-9]/.test(json) ? json : writtenOut(Number(json))
}

/** A number without an exponent, in the fewest digits that say which one it is. */
function writtenOut(value: number): string {
  if (Number.isNaN(value)) return '0'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  const point = 1 + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`.replace(/\.0*$/, '')
  if (point >= digits.length) return sign + digits.padEnd(point, '0')
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}
