/** The decimal digits of a number that is not negative: 0.digits times ten to the power of point; no zeros at the end. */
export interface Decimal {
  readonly digits: string
  readonly point: number
}

const zero: Decimal = { digits: '', point: 0 }

/** The fewest digits that read back as the same float64; of those the nearest. */
export function shortestDigits(value: number): Decimal {
  if (value === 0) return zero
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

/** Every digit: a float64 is a finite decimal fraction. */
export function exactDigits(value: number): Decimal {
  if (value === 0) return zero
  const { mantissa, exponent } = partsOf(value)
  if (exponent >= 0) return decimalOf((mantissa << BigInt(exponent)).toString(), 0)
  // m / 2^n is m * 5^n / 10^n.
  return decimalOf((mantissa * 5n ** BigInt(-exponent)).toString(), exponent)
}

function decimalOf(digits: string, exponent: number): Decimal {
  return { digits: digits.replace(/0+$/, ''), point: digits.length + exponent }
}

/** The first `count` digits, rounded half to even; a count below 0 leaves all. */
export function roundDigits(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal
  if (count < 0 || count >= digits.length) return decimal
  const kept = digits.slice(0, count)
  if (!roundsUp(digits, count)) return { digits: kept.replace(/0+$/, ''), point }
  const head = kept.replace(/9+$/, '')
  if (head === '') return { digits: '1', point: point + 1 }
  return { digits: head.slice(0, -1) + String(Number(head.at(-1)) + 1), point }
}

function roundsUp(digits: string, count: number): boolean {
  const isHalf = digits[count] === '5' && count + 1 === digits.length
  if (isHalf) return count > 0 && Number(digits[count - 1]) % 2 === 1
  return (digits[count] ?? '0') >= '5'
}

/** A float64 that is not negative as mantissa times two to the power of exponent. */
export function partsOf(value: number): { mantissa: bigint; exponent: number } {
  const bits = BigInt.asUintN(64, new BigInt64Array(new Float64Array([value]).buffer)[0] ?? 0n)
  const fraction = bits & ((1n << 52n) - 1n)
  const field = Number((bits >> 52n) & 0x7ffn)
  // Numbers too small for the hidden bit share the exponent of the smallest that have it.
  return field === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: field - 1075 }
}
