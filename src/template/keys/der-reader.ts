import { FunctionError } from '../error.ts'
import { oidText } from './der-oid.ts'

/** The tags (X.690 8.1.2) that keys and certificates are made of. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  t61: 0x14,
  ia5: 0x16,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** One ASN.1 value: its tag, its content, and both with the length between them. */
export interface Element {
  readonly tag: number
  readonly content: Buffer
  readonly whole: Buffer
}

/** Reads DER (X.690) one value after the other; throws FunctionError, which says what is read and not what it holds. */
export class DerReader {
  readonly #bytes: Buffer
  readonly #what: string
  #at = 0

  /** `what` begins the messages: `the certificate`. */
  constructor(bytes: Buffer, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  get isEmpty(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The next value, whatever it is. */
  any(): Element {
    const start = this.#at
    const tag = this.#byte()
    if ((tag & 0x1f) === 0x1f) throw this.#fault()
    const from = this.#length() + this.#at
    const content = this.#bytes.subarray(this.#at, from)
    if (from > this.#bytes.length) throw this.#fault()
    this.#at = from
    return { tag, content, whole: this.#bytes.subarray(start, from) }
  }

  /** The next value, which must have that tag. */
  element(tag: number): Element {
    if (this.#bytes[this.#at] !== tag) throw this.#fault()
    return this.any()
  }

  /** The next value if it has that tag. */
  optional(tag: number): Element | undefined {
    return this.#bytes[this.#at] === tag ? this.any() : undefined
  }

  /** What the next value holds. */
  inside(tag: number = tags.sequence): DerReader {
    return new DerReader(this.element(tag).content, this.#what)
  }

  octets(): Buffer {
    return this.element(tags.octets).content
  }

  /** A whole number that is not negative unless `signed`. */
  integer(signed = false): bigint {
    const { content } = this.element(tags.integer)
    const [first = 0, second = 0] = content
    const isLong =
      content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
    if (content.length === 0 || isLong || (first >= 0x80 && !signed)) throw this.#fault()
    return BigInt.asIntN(8 * content.length, BigInt(`0x${content.toString('hex')}`))
  }

  /** The next value if it is a whole number. */
  optionalInteger(): bigint | undefined {
    return this.#bytes[this.#at] === tags.integer ? this.integer() : undefined
  }

  /** A string of whole bytes. */
  bits(): Buffer {
    const { content } = this.element(tags.bits)
    if (content[0] !== 0) throw this.#fault()
    return content.subarray(1)
  }

  /** An object identifier in dots. */
  oid(): string {
    return oidText(this.element(tags.oid).content) ?? this.#failed()
  }

  /** Throws unless all was read. */
  end(): void {
    if (!this.isEmpty) throw this.#fault()
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? this.#failed()
  }

  /** Lengths have one form only, the shortest. */
  #length(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    const size = first & 0x7f
    if (size === 0 || size > 4 || this.#at + size > this.#bytes.length) throw this.#fault()
    const length = this.#bytes.readUIntBE(this.#at, size)
    this.#at += size
    if (length < 0x80 || length < 2 ** (8 * (size - 1))) throw this.#fault()
    return length
  }

  #failed(): never {
    throw this.#fault()
  }

  #fault(): FunctionError {
    return new FunctionError(`${this.#what} is not well-formed ASN.1 (DER)`)
  }
}
