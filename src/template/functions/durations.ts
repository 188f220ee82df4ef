import { nearestInt64 } from '../value/numbers.ts'
import type { GoString } from '../value/value.ts'

/** Durations are nanoseconds, int64 as in Go. */
export const second = 1_000_000_000n
export const minute = 60n * second
export const hour = 60n * minute

const longest = 2n ** 63n - 1n

const units = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['\xc2\xb5s', 1000n],
  ['\xce\xbcs', 1000n],
  ['ms', 1_000_000n],
  ['s', second],
  ['m', minute],
  ['h', hour],
])
const part = /(\d*)(\.\d*)?([^\d.]+)/sy
/** More digits than int64 has. */
const tooManyDigits = 20

/** The duration that Go's time.ParseDuration reads; undefined where it gives an error. */
export function parseDuration(text: GoString): bigint | undefined {
  const unsigned = text.replace(/^[+-]/, '')
  if (unsigned === '0') return 0n
  const sum = sumOfParts(unsigned)
  if (sum === undefined) return undefined
  if (text.startsWith('-')) return -sum
  return sum > longest ? undefined : sum
}

/** The sum of numbers with a unit behind each; undefined for none, and beyond 2^63. */
function sumOfParts(text: GoString): bigint | undefined {
  let sum: bigint | undefined
  for (let at = 0; at < text.length; at = part.lastIndex) {
    part.lastIndex = at
    const [, digits = '', fraction = '', unit = ''] = part.exec(text) ?? []
    const value = partOf(digits, fraction.slice(1), units.get(unit))
    if (value === undefined) return undefined
    sum = (sum ?? 0n) + value
    if (sum > 2n ** 63n) return undefined
  }
  return sum
}

function partOf(digits: string, fraction: string, unit: bigint | undefined): bigint | undefined {
  const significant = digits.replace(/^0+/, '')
  if (unit === undefined || digits + fraction === '' || significant.length > tooManyDigits) return undefined
  const count = BigInt(significant)
  if (count > 2n ** 63n / unit) return undefined
  const value = count * unit + fractionOf(fraction, unit)
  return value > 2n ** 63n ? undefined : value
}

/** Go counts in float64, and drops digits that int64 has no room for. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n
  let scale = 1
  for (const digit of digits) {
    if (value > longest / 10n) break
    const next = value * 10n + BigInt(digit)
    if (next > 2n ** 63n) break
    value = next
    scale *= 10
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)))
}

/** A duration as Go's Duration.String writes it: `1h15m30.918s`. */
export function formatDuration(nanoseconds: bigint): GoString {
  if (nanoseconds === 0n) return '0s'
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds
  return (nanoseconds < 0n ? '-' : '') + (magnitude < second ? subsecond(magnitude) : clock(magnitude))
}

function subsecond(nanoseconds: bigint): string {
  if (nanoseconds < 1000n) return `${nanoseconds}ns`
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 1000n)}\xc2\xb5s`
  return `${decimal(nanoseconds, 1_000_000n)}ms`
}

function clock(nanoseconds: bigint): string {
  const seconds = `${decimal(nanoseconds % minute, second)}s`
  if (nanoseconds < minute) return seconds
  const minutes = `${(nanoseconds % hour) / minute}m${seconds}`
  return nanoseconds < hour ? minutes : `${nanoseconds / hour}h${minutes}`
}

function decimal(value: bigint, unit: bigint): string {
  const digits = String(value % unit).padStart(String(unit).length - 1, '0')
  const fraction = digits.replace(/0+$/, '')
  return fraction === '' ? String(value / unit) : `${value / unit}.${fraction}`
}

/** A duration rounded to a multiple of a positive one, half away from zero; within int64. */
export function roundDuration(nanoseconds: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return nanoseconds
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const rest = magnitude % multiple
  const rounded = magnitude - rest + (rest * 2n < multiple ? 0n : multiple)
  return nearestInt64(nanoseconds < 0n ? -rounded : rounded)
}

const spans: readonly (readonly [bigint, string])[] = [
  [365n * 24n * hour, 'y'],
  [30n * 24n * hour, 'mo'],
  [24n * hour, 'd'],
  [hour, 'h'],
  [minute, 'm'],
  [second, 's'],
]

/** The largest unit of which there is more than one, and how often it fits: `2mo`. */
export function coarseDuration(nanoseconds: bigint): GoString {
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const span = spans.find(([length]) => magnitude > length)
  return span === undefined ? '0s' : `${magnitude / span[0]}${span[1]}`
}
