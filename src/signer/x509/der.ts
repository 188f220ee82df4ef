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
  const element = readElement({ bytes, rules }, 0, bytes.length, 0)
  if (element.end !== bytes.length) throw new Unreadable('bytes follow its end')
  return element
}

/** What a constructed element holds, in order. */
export function childrenOf(element: Element): readonly Element[] {
  if (element instanceof Span && element.children !== undefined) return element.children
  const { content } = element
  return readElements({ bytes: content, rules: 'der' }, 0, content.length, 0)
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

interface Place {
  readonly start: number
  readonly contentStart: number
  readonly contentEnd: number
  readonly end: number
}

/** An element by its place: of most the tag alone matters, and a view costs more than all else here. */
class Span implements Element {
  readonly tag: number
  /** What a constructed one holds. */
  readonly children: readonly Span[] | undefined
  readonly #bytes: Uint8Array
  readonly #place: Place

  constructor({ bytes }: Input, place: Place, children: readonly Span[] | undefined) {
    this.tag = byteAt(bytes, place.start, place.end)
    this.children = children
    this.#bytes = bytes
    this.#place = place
  }

  get end(): number {
    return this.#place.end
  }

  get whole(): Uint8Array {
    return this.#bytes.subarray(this.#place.start, this.#place.end)
  }

  get content(): Uint8Array {
    return this.#bytes.subarray(this.#place.contentStart, this.#place.contentEnd)
  }
}

function readElements(input: Input, from: number, end: number, depth: number): Span[] {
  const found: Span[] = []
  for (let at = from; at < end; ) {
    const element = readElement(input, at, end, depth)
    found.push(element)
    at = element.end
  }
  return found
}

/** Every element below is read too, so that what is malformed anywhere is found here and not by chance later. */
function readElement(input: Input, start: number, limit: number, depth: number): Span {
  if (depth > deepest) throw new Unreadable('it nests too deep')
  const { bytes, rules } = input
  const tag = byteAt(bytes, start, limit)
  if ((tag & 0x1f) === 0x1f) throw new Unreadable('it holds a tag of more than one byte')
  const isConstructed = (tag & 0x20) !== 0
  const isIndefinite = byteAt(bytes, start + 1, limit) === 0x80 && rules === 'ber' && isConstructed
  if (isIndefinite) return readIndefinite(input, start, limit, depth)
  const { length, contentStart } = readLength(input, start + 1, limit)
  const end = contentStart + length
  if (end > limit) throw new Unreadable('it is cut off')
  const children = isConstructed ? readElements(input, contentStart, end, depth + 1) : undefined
  return new Span(input, { start, contentStart, contentEnd: end, end }, children)
}

function readLength({ bytes, rules }: Input, at: number, limit: number) {
  const first = byteAt(bytes, at, limit)
  if (first < 0x80) return { length: first, contentStart: at + 1 }
  const count = first - 0x80
  if (count === 0 || count > 4) throw new Unreadable('it holds a length that DER does not allow')
  let length = 0
  for (let i = 1; i <= count; i++) length = length * 256 + byteAt(bytes, at + i, limit)
  const isMinimal = length >= 0x80 && byteAt(bytes, at + 1, limit) !== 0
  if (!isMinimal && rules === 'der') throw new Unreadable('it holds a length that DER does not allow')
  return { length, contentStart: at + 1 + count }
}

function readIndefinite(input: Input, start: number, limit: number, depth: number): Span {
  const { bytes } = input
  const children: Span[] = []
  let at = start + 2
  while (byteAt(bytes, at, limit) !== 0 || byteAt(bytes, at + 1, limit) !== 0) {
    const child = readElement(input, at, limit, depth + 1)
    children.push(child)
    at = child.end
  }
  return new Span(input, { start, contentStart: start + 2, contentEnd: at, end: at + 2 }, children)
}

function byteAt(bytes: Uint8Array, at: number, limit: number): number {
  const byte = at < limit ? bytes[at] : undefined
  if (byte === undefined) throw new Unreadable('it is cut off')
  return byte
}
