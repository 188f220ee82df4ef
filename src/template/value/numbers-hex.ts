const hexFloat = /^([+-]?)0x(?=\.?[0-9a-f])([0-9a-f]*)\.?([0-9a-f]*)p([+-]?[0-9]+)$/i

/** Hexadecimal digits that are read one by one; of those beyond it counts only whether one is not zero. */
const exactHexDigits = 32

/** The float64 nearest to a hexadecimal float of Go source (no underscores); undefined when it is none. */
export function readHexFloat(text: string): number | undefined {
  const [, sign, whole = '', fraction = '', power] = hexFloat.exec(text) ?? []
  if (power === undefined) return undefined
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const head = digits.slice(0, exactHexDigits)
  const sticky = /[^0]/.test(digits.slice(exactHexDigits)) ? '1' : '0'
  const dropped = digits.length - head.length - 1
  const exponent = Number(power) + 4 * (dropped - fraction.length)
  const magnitude = nearestFloat(BigInt(`0x0${head}${sticky}`), exponent)
  return sign === '-' ? -magnitude : magnitude
}

/** The float64 nearest to mantissa times two to the power of exponent, half to even. */
function nearestFloat(mantissa: bigint, exponent: number): number {
  const bits = mantissa.toString(2).length
  if (mantissa === 0n || bits + exponent < -1074) return 0
  if (bits + exponent > 1024) return Number.POSITIVE_INFINITY
  const kept = Math.min(53, bits + exponent + 1074)
  const shift = BigInt(Math.max(bits - kept, 0))
  const rest = mantissa & ((1n << shift) - 1n)
  const half = shift === 0n ? 1n : 1n << (shift - 1n)
  const floor = mantissa >> shift
  const isUp = rest > half || (rest === half && (floor & 1n) === 1n)
  return Number(isUp ? floor + 1n : floor) * 2 ** (exponent + Number(shift))
}
