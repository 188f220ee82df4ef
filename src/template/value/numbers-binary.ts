import { partsOf } from './numbers-digits.ts'

/** `%b`: the mantissa in decimal and the power of two. */
export function formatBinary(value: number): string {
  const { mantissa, exponent } = partsOf(value)
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`
}

/** Hexadecimal digits that the fraction of a float64 has. */
const fractionDigits = 13

/** `%x`: a hexadecimal fraction that begins with 1 and the power of two; precision -1 shows what is not zero. */
export function formatHex(value: number, letter: 'x' | 'X', precision: number): string {
  const { fraction, power, lead } = hexDigits(value, precision)
  const shown =
    precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0')
  const text = `0x${lead}${shown === '' ? '' : `.${shown}`}p${signedPower(power)}`
  return letter === 'x' ? text : text.toUpperCase()
}

interface HexDigits {
  readonly lead: '0' | '1'
  readonly fraction: string
  readonly power: number
}

function hexDigits(value: number, precision: number): HexDigits {
  const { mantissa, exponent } = partsOf(value)
  if (mantissa === 0n) return { lead: '0', fraction: '', power: 0 }
  const missing = 53 - mantissa.toString(2).length
  const normal = mantissa << BigInt(missing)
  const rounded = precision < 0 ? normal : roundBits(normal, 4 * Math.max(fractionDigits - precision, 0))
  // Rounding up may have made it 2, whose fraction is all zeros.
  const carry = rounded >> 53n === 0n ? 0 : 1
  const fraction = (rounded & ((1n << 52n) - 1n)).toString(16).padStart(fractionDigits, '0')
  return { lead: '1', fraction, power: exponent + 52 - missing + carry }
}

/** The number with its last bits zero, rounded half to even. */
function roundBits(value: bigint, bits: number): bigint {
  if (bits === 0) return value
  const shift = BigInt(bits)
  const kept = value >> shift
  const rest = value & ((1n << shift) - 1n)
  const half = 1n << (shift - 1n)
  const isUp = rest > half || (rest === half && (kept & 1n) === 1n)
  return (isUp ? kept + 1n : kept) << shift
}

/** A power with its sign and at least two digits. */
export function signedPower(power: number): string {
  return (power < 0 ? '-' : '+') + String(Math.abs(power)).padStart(2, '0')
}
