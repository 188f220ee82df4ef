import { Unreadable } from './refusal.ts'

/** One tag, length and value of DER (X.690); `whole` and `content` are views into the bytes that were read. */
export interface Element {
  readonly tag: number
  readonly whole: Uint8Array
  readonly content: Uint8Array
}

/** `ber` also takes indefinite and longer lengths than needed, as some servers write them around certificates. */
export type Rules = 'der' | 'ber'

/** Deeper than any certificate nests; it bounds the recursion here and in the library behind. */
const deepest = 32

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** Explicit or implicit members of a constructed kind, by number. */
  first: 0xa0,
  fourth: 0xa3,
} as const

/** The one element that fills `bytes`, well formed to its leaves; throws Unreadable when it is not. */
export function readDer(bytes: Uint8Array, rules: Rules = 'der'): Element {
  const element = readElement(bytes, rules, 0)
  if (element.whole.length !== bytes.length) throw new Unreadable('bytes follow its end')
  return element
}

/** What a constructed element holds, in order. */
export function childrenOf(element: Element, rules: Rules = 'der'): readonly Element[] {
  return readElements(element.content, rules, 0)
}

/** The child at `index` if it has that tag; throws Unreadable otherwise. */
export function childAt(elements: readonly Element[], index: number, tag: number): Element {
  const found = elements[index]
  if (found?.tag !== tag) throw new Unreadable('an element in it is missing or of another kind')
  return found
}

function readElements(bytes: Uint8Array, rules: Rules, depth: number): Element[] {
  const found: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const element = readElement(bytes.subarray(at), rules, depth)
    found.push(element)
    at += element.whole.length
  }
  return found
}

/** Every element below is read too, so that what is malformed anywhere is found here and not by chance later. */
function readElement(bytes: Uint8Array, rules: Rules, depth: number): Element {
  if (depth > deepest) throw new Unreadable('it nests too deep')
  const tag = byteAt(bytes, 0)
  if ((tag & 0x1f) === 0x1f) throw new Unreadable('it holds a tag of more than one byte')
  const isConstructed = (tag & 0x20) !== 0
  if (byteAt(bytes, 1) === 0x80 && rules === 'ber' && isConstructed) return readIndefinite(bytes, tag, depth)
  const { length, start } = readLength(bytes, rules)
  if (start + length > bytes.length) throw new Unreadable('it is cut off')
  const content = bytes.subarray(start, start + length)
  if (isConstructed) readElements(content, rules, depth + 1)
  return { tag, whole: bytes.subarray(0, start + length), content }
}

function readLength(bytes: Uint8Array, rules: Rules): { length: number; start: number } {
  const first = byteAt(bytes, 1)
  if (first < 0x80) return { length: first, start: 2 }
  const count = first - 0x80
  if (count === 0 || count > 4) throw new Unreadable('it holds a length that DER does not allow')
  let length = 0
  for (let i = 0; i < count; i++) length = length * 256 + byteAt(bytes, 2 + i)
  const isMinimal = length >= 0x80 && byteAt(bytes, 2) !== 0
  if (!isMinimal && rules === 'der') throw new Unreadable('it holds a length that DER does not allow')
  return { length, start: 2 + count }
}

function readIndefinite(bytes: Uint8Array, tag: number, depth: number): Element {
  let at = 2
  while (byteAt(bytes, at) !== 0 || byteAt(bytes, at + 1) !== 0) {
    at += readElement(bytes.subarray(at), 'ber', depth + 1).whole.length
  }
  return { tag, whole: bytes.subarray(0, at + 2), content: bytes.subarray(2, at) }
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new Unreadable('it is cut off')
  return byte
}
