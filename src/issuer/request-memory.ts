import type { OpenedSigner } from './opened-signers.ts'
import type { Checkpoint, Published } from './request-form.ts'

/** Until when a CA is left alone, what it was asked by, and what the request was like then. */
interface Rest {
  readonly signer: OpenedSigner
  readonly annotations: Readonly<Record<string, string>>
  /** In time that only goes forward. */
  readonly untilMs: number
}

/** What is known of a request beyond its status. */
export interface Memory {
  readonly uid: string
  /** Signed, and not yet in the status: the CA is not asked again. */
  published?: Published | undefined
  /** Submitted, and perhaps not yet on record. */
  checkpoint?: Checkpoint | undefined
  /** In time that only goes forward. */
  pollAtMs?: number | undefined
  /** The CA asked for time. */
  rest?: Rest | undefined
  /** Since when polls fail, in wall-clock time. */
  pollFailsSinceMs?: number | undefined
}

/** Memories by key; a request made anew under its name begins with an empty one. */
export class RequestMemories {
  readonly #byKey = new Map<string, Memory>()

  of(key: string, uid: string): Memory {
    const known = this.#byKey.get(key)
    if (known?.uid === uid) return known
    const fresh: Memory = { uid }
    this.#byKey.set(key, fresh)
    return fresh
  }

  forget(key: string): void {
    this.#byKey.delete(key)
  }
}
