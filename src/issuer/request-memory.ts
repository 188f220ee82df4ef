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
  /** Signed, and not yet in the status: the CA is not asked again. */
  published?: Published | undefined
  /** Submitted, and perhaps not yet on record. */
  checkpoint?: Checkpoint | undefined
  /** In time that only goes forward. */
  pollAtMs?: number | undefined
  /** The CA asked for time. */
  rest?: Rest | undefined
  /** Since when submits or polls fail while the issuer is ready, in wall-clock time; on record for the next process. */
  failsSinceMs?: number | undefined
  /** How many certificates its issuer had issued when this request last reported a fault of it. */
  reportedAt?: number | undefined
  /** What was said last to a kind whose status has no place for it. */
  heard?: string | undefined
}
