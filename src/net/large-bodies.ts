import { Slots } from '../std/slots.ts'

const mebibyte = 1024 * 1024

/** No value is larger (16 kB at most, certificates with their chain somewhat more). */
const smallBytes = 64 * 1024
/** What a body may have at most unless more is asked for. */
export const usualBodyBytes = mebibyte / 2

/**
 * What bounds the memory of the process while Gateways send more than anybody needs: bodies above 64 kB are read four
 * at a time and those above half a MiB one at a time, over all Gateways. Who waits does not read, and the sender waits
 * too.
 */
export class LargeBodies {
  readonly #large = new Slots(4)
  readonly #huge = new Slots(1)

  /** Reads a body whole; undefined when it is longer than `maxBytes`. Ends with the signal's reason. */
  async read(
    body: AsyncIterable<Uint8Array>,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Buffer | undefined> {
    const reading = new Reading(body, maxBytes)
    try {
      if (await reading.upTo(smallBytes)) return reading.whole()
      return await this.#large.run(signal, async () => {
        if (await reading.upTo(usualBodyBytes)) return reading.whole()
        return this.#huge.run(signal, async () => {
          await reading.upTo(maxBytes)
          return reading.whole()
        })
      })
    } finally {
      await reading.end()
    }
  }
}

/** A body on its way in. */
class Reading {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #maxBytes: number
  #read: Uint8Array[] = []
  #bytes = 0

  constructor(body: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#chunks = body[Symbol.asyncIterator]()
    this.#maxBytes = maxBytes
  }

  /** Reads on until so many bytes are exceeded; whether the body ended, or is too long, before. */
  async upTo(bytes: number): Promise<boolean> {
    while (this.#bytes <= Math.min(bytes, this.#maxBytes)) {
      const next = await this.#chunks.next()
      if (next.done === true) return true
      this.#bytes += next.value.length
      this.#read.push(next.value)
    }
    return this.#bytes > this.#maxBytes
  }

  whole(): Buffer | undefined {
    return this.#bytes > this.#maxBytes ? undefined : Buffer.concat(this.#read)
  }

  /** Nobody has seen what was too long, so its memory can be given back now. */
  async end(): Promise<void> {
    const refused = this.#bytes > this.#maxBytes ? this.#read : []
    this.#read = []
    await this.#chunks.return?.()
    for (const it of refused) giveBack(it)
  }
}

/** The collector counts such buffers late: 60 MB and more of them would lie about under a flood. */
function giveBack({ buffer }: Uint8Array): void {
  try {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0)
  } catch {
    // A part of Node's pool, which others use too and which therefore stays.
  }
}
