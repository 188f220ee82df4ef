import { TemplateError } from '../error.ts'
import { bytesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

/** How much text is gathered before it is made into bytes. */
const chunk = 32 * 1024

/** What a template has written so far, never more than its limit. */
export class Output {
  readonly #most: number
  readonly #chunks: Uint8Array[] = []
  #text: GoString = ''
  #written = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Throws TemplateError when the limit is passed. */
  write(text: GoString): void {
    this.#written += text.length
    if (this.#written > this.#most) throw new TemplateError(`the result has more than ${this.#most} bytes`)
    this.#text += text
    if (this.#text.length > chunk) this.#flush()
  }

  bytes(): Uint8Array {
    this.#flush()
    return this.#chunks.length === 1 ? (this.#chunks[0] ?? new Uint8Array()) : Buffer.concat(this.#chunks)
  }

  #flush(): void {
    this.#chunks.push(bytesOf(this.#text))
    this.#text = ''
  }
}
