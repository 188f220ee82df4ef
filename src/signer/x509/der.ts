import { Unreadable } from './refusal.ts'

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
  const input = { bytes, rules }
  if (endOf(input, 0, bytes.length, 0) !== bytes.length) throw new Unreadable('bytes follow its end')
  return new Element(input, 0, bytes.length)
}

/** What an element holds, in order; throws Unreadable where a primitive one, which nobody looked into, holds none. */
export function childrenOf(element: Element): readonly Element[] {
  if (isConstructed(element.tag)) return element.children()
  const input = { bytes: element.content, rules: 'der' } as const
  checkAll(input, 0, input.bytes.length, 0)
  return elementsIn(input, 0, input.bytes.length)
}

/** The child at `index` if it has that tag; throws Unreadable otherwise. */
export function childAt(elements: readonly Element[], index: number, tag: number): Element {
  const found = elements[index]
  if (found?.tag !== tag) throw new Unreadable('an element in it is missing or of another kind')
  return found
}

interface Input {
  readonly bytes: Uint8Array
  readonly rules: Rules
}

/**
 * One tag, length and value of DER (X.690), well formed. `whole` and `content` are views into the bytes that were read,
 * made when they are asked for, as is what it holds: of most elements nobody asks.
 */
export class Element {
  readonly tag: number
  /** Where it ends in the bytes that were read. */
  readonly end: number
  readonly #input: Input
  readonly #start: number
  readonly #contentStart: number
  readonly #contentEnd: number

  constructor(input: Input, start: number, limit: number) {
    const isOpen = isIndefinite(input, start, limit)
    this.tag = byteAt(input.bytes, start, limit)
    this.#input = input
    this.#start = start
    this.#contentStart = isOpen ? start + 2 : contentStartAt(input.bytes, start, limit)
    this.end = isOpen ? endOf(input, start, limit, 0) : this.#contentStart + lengthAt(input, start + 1, limit)
    this.#contentEnd = isOpen ? this.end - 2 : this.end
  }

  get whole(): Uint8Array {
    return this.#input.bytes.subarray(this.#start, this.end)
  }

  get content(): Uint8Array {
    return this.#input.bytes.subarray(this.#contentStart, this.#contentEnd)
  }

  /** What a constructed one holds. */
  children(): readonly Element[] {
    return elementsIn(this.#input, this.#contentStart, this.#contentEnd)
  }
}

/** Of bytes that were checked. */
function elementsIn(input: Input, from: number, end: number): readonly Element[] {
  const found: Element[] = []
  for (let at = from; at < end; ) {
    const element = new Element(input, at, end)
    found.push(element)
    at = element.end
  }
  return found
}

/** Where an element ends. Every one below is checked too, so that what is malformed anywhere is found and not by chance later. */
function endOf(input: Input, start: number, limit: number, depth: number): number {
  if (depth > deepest) throw new Unreadable('it nests too deep')
  const tag = byteAt(input.bytes, start, limit)
  if ((tag & 0x1f) === 0x1f) throw new Unreadable('it holds a tag of more than one byte')
  if (isIndefinite(input, start, limit)) return indefiniteEnd(input, start + 2, limit, depth)
  const length = lengthAt(input, start + 1, limit)
  const contentStart = contentStartAt(input.bytes, start, limit)
  const end = contentStart + length
  if (end > limit) throw new Unreadable('it is cut off')
  if (isConstructed(tag)) checkAll(input, contentStart, end, depth + 1)
  return end
}

function checkAll(input: Input, from: number, end: number, depth: number): void {
  for (let at = from; at < end; ) at = endOf(input, at, end, depth)
}

function isConstructed(tag: number): boolean {
  return (tag & 0x20) !== 0
}

function isIndefinite({ bytes, rules }: Input, start: number, limit: number): boolean {
  return (
    rules === 'ber' && byteAt(bytes, start + 1, limit) === 0x80 && isConstructed(byteAt(bytes, start, limit))
  )
}

function indefiniteEnd(input: Input, from: number, limit: number, depth: number): number {
  const { bytes } = input
  let at = from
  while (byteAt(bytes, at, limit) !== 0 || byteAt(bytes, at + 1, limit) !== 0) {
    at = endOf(input, at, limit, depth + 1)
  }
  return at + 2
}

function contentStartAt(bytes: Uint8Array, start: number, limit: number): number {
  const first = byteAt(bytes, start + 1, limit)
  return start + 2 + (first < 0x80 ? 0 : first - 0x80)
}

function lengthAt({ bytes, rules }: Input, at: number, limit: number): number {
  const first = byteAt(bytes, at, limit)
  if (first < 0x80) return first
  const count = first - 0x80
  if (count === 0 || count > 4) throw new Unreadable('it holds a length that DER does not allow')
  let length = 0
  for (let i = 1; i <= count; i++) length = length * 256 + byteAt(bytes, at + i, limit)
  const isMinimal = length >= 0x80 && byteAt(bytes, at + 1, limit) !== 0
  if (!isMinimal && rules === 'der') throw new Unreadable('it holds a length that DER does not allow')
  return length
}

function byteAt(bytes: Uint8Array, at: number, limit: number): number {
  const byte = at < limit ? bytes[at] : undefined
  if (byte === undefined) throw new Unreadable('it is cut off')
  return byte
}
