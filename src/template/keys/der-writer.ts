import { tags } from './der-reader.ts'

/** A value in DER (X.690): tag, shortest length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content)
  return Buffer.concat([Buffer.of(tag), lengthOf(bytes.length), bytes])
}

/** SEQUENCE: its parts keep their order. */
export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(tags.sequence, ...parts)
/** OCTET STRING. */
export const octets = (bytes: Uint8Array): Buffer => element(tags.octets, bytes)
/** BIT STRING of whole bytes: none of the bits of the last one is unused. */
export const bits = (bytes: Uint8Array): Buffer => element(tags.bits, Buffer.of(0), bytes)
/** NULL. */
export const nothing = Buffer.of(0x05, 0)

/** `[number] EXPLICIT`. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Buffer =>
  element(0xa0 | number, ...parts)

/** SET OF: DER sorts what it holds. */
export function setOf(parts: readonly Uint8Array[]): Buffer {
  return element(tags.set, ...parts.toSorted((a, b) => Buffer.compare(a, b)))
}

/** A whole number that is not negative. */
export function integer(value: bigint | number): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return element(tags.integer, Buffer.alloc((bytes[0] ?? 0) >= 0x80 ? 1 : 0), bytes)
}

/** An object identifier from its dots. */
export function oid(dots: string): Buffer {
  const [first = 0, second = 0, ...others] = dots.split('.').map(Number)
  return element(tags.oid, ...[40 * first + second, ...others].map(base128))
}

function base128(arc: number): Buffer {
  const digits = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift(0x80 | (rest % 128))
  return Buffer.from(digits)
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const size = Math.ceil(length.toString(16).length / 2)
  const bytes = Buffer.alloc(1 + size, 0x80 | size)
  bytes.writeUIntBE(length, 1, size)
  return bytes
}
