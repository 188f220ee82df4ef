import type { Redacted } from '../std/redacted.ts'
import type { KeySelector } from '../store/provider.ts'

/** A selector of a credential with the path it stands at. */
export interface Source {
  readonly selector: KeySelector
  readonly path: string
}

/** A credential in a Secret: a digest that stands for it in cache keys, and a way to read it. */
export interface HeldValue {
  readonly digest: string
  /** The value, read live; throws AuthFailed when it is no longer what the digest was made of. */
  readonly value: (signal: AbortSignal) => Promise<Redacted>
}
