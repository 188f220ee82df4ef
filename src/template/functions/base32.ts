import { ofBytes } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const valueOf = new Map(Array.from(alphabet, (letter, index) => [letter, index]))
const newlines = /[\r\n]/g

/** The base32 of RFC 4648 with padding. */
export function encodeBase32(bytes: Uint8Array): GoString {
  let text = ''
  for (let at = 0; at < bytes.length; at += 5) text += groupOf(bytes.subarray(at, at + 5))
  return text
}

/** Eight digits, those padded that hold no bit of the bytes. */
function groupOf(bytes: Uint8Array): string {
  let bits = 0n
  for (let index = 0; index < 5; index++) bits = (bits << 8n) | BigInt(bytes[index] ?? 0)
  const digits = Math.ceil((bytes.length * 8) / 5)
  let text = ''
  for (let index = 0; index < digits; index++) {
    text += alphabet.charAt(Number((bits >> BigInt(35 - 5 * index)) & 31n))
  }
  return text.padEnd(8, '=')
}

/** What base32 stands for, or the byte at which it is at fault as Go's StdEncoding counts it: without newlines. */
export function decodeBase32(text: GoString): GoString | { readonly faultAt: number } {
  const line = text.replace(newlines, '')
  const bytes: number[] = []
  for (let at = 0; at < line.length; at += 8) {
    const digits = digitsAt(line, at)
    if (typeof digits === 'number') return { faultAt: digits }
    bytes.push(...bytesOfDigits(digits.values))
    if (digits.isLast) break
  }
  return ofBytes(Uint8Array.from(bytes))
}

/** A group of up to eight digits, or where it is at fault. */
function digitsAt(line: GoString, from: number): { values: readonly number[]; isLast: boolean } | number {
  const values: number[] = []
  for (let at = from; values.length < 8; at++) {
    if (at === line.length) return at - values.length
    if (line[at] === '=' && values.length >= 2 && line.length - at <= 8) {
      return faultOfPadding(line, at, values.length) ?? { values, isLast: true }
    }
    const value = valueOf.get(line.charAt(at))
    if (value === undefined) return at
    values.push(value)
  }
  return { values, isLast: false }
}

/** The first pad stands at a byte, after so many digits; 1, 3 and 6 digits hold no whole byte more than fewer do. */
function faultOfPadding(line: GoString, at: number, digits: number): number | undefined {
  if (line.length < at + 8 - digits) return line.length
  for (let pad = at + 1; pad < at + 8 - digits; pad++) if (line[pad] !== '=') return pad - 1
  return digits === 3 || digits === 6 ? at : undefined
}

function bytesOfDigits(digits: readonly number[]): number[] {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const digit of digits) {
    bits = ((bits << 5) | digit) & 0xfff
    count += 5
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 0xff)
  }
  return bytes
}
