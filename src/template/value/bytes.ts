import type { GoString } from './value.ts'

/** A Go string of the UTF-8 bytes of a text. */
export function goString(text: string): GoString {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** A Go string of bytes. */
export function ofBytes(bytes: Uint8Array): GoString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** The bytes of a Go string. */
export function bytesOf(value: GoString): Buffer {
  return Buffer.from(value, 'latin1')
}

/** The text of a Go string; each byte that is no UTF-8 becomes U+FFFD, as in Go's range over a string. */
export function textOf(value: GoString): string {
  if (isAscii(value)) return value
  const parts: string[] = []
  let points: number[] = []
  for (const { rune } of runesOf(value)) {
    points.push(rune)
    // A text made character by character would cost V8 many times its size.
    if (points.length === partLength) points = flush(points, parts)
  }
  flush(points, parts)
  return parts.join('')
}

const partLength = 8192

function flush(points: readonly number[], parts: string[]): number[] {
  parts.push(String.fromCodePoint(...points))
  return []
}

/** One character of a Go string: its code point (U+FFFD for a byte that is no UTF-8), where it begins, its bytes. */
export interface Rune {
  readonly rune: number
  readonly at: number
  readonly width: number
}

/** The characters of a Go string, as Go's range over a string gives them. */
export function* runesOf(value: GoString): Generator<Rune> {
  for (let at = 0; at < value.length; ) {
    const rune = runeAt(value, at)
    yield rune
    at += rune.width
  }
}

/** The character that begins at a byte of a Go string. */
export function runeAt(value: GoString, at: number): Rune {
  const first = value.charCodeAt(at)
  if (first < 0x80) return { rune: first, at, width: 1 }
  const width = widthOf(first)
  let rune = first & (0x7f >> width)
  for (let next = 1; next < width; next++) {
    const byte = value.charCodeAt(at + next)
    if ((byte & 0xc0) !== 0x80) return invalidAt(at)
    rune = (rune << 6) | (byte & 0x3f)
  }
  return isShortest(rune, width) ? { rune, at, width } : invalidAt(at)
}

/** Bytes of the character that a byte begins; 0 where none begins with it. */
function widthOf(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2
  if (first >= 0xe0 && first <= 0xef) return 3
  if (first >= 0xf0 && first <= 0xf4) return 4
  return 0
}

const smallest = [0, 0, 0x80, 0x800, 0x10000]

/** UTF-8 has one form for each character, and none for surrogates. */
function isShortest(rune: number, width: number): boolean {
  if (width === 0 || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return false
  return rune >= (smallest[width] ?? 0)
}

function invalidAt(at: number): Rune {
  return { rune: 0xfffd, at, width: 1 }
}

const beyondAscii = /[\u0080-\uffff]/

function isAscii(value: string): boolean {
  return !beyondAscii.test(value)
}
