import type { Redacted } from '../std/redacted.ts'
import type { KeySelector } from '../store/provider.ts'

/** What is sent to /auth once; never kept. */
export interface Credentials {
  readonly body: Readonly<Record<string, string>>
  /** The JWT in it, for a TokenReview of our own when the login is refused. */
  readonly jwt?: { readonly token: Redacted; readonly audiences: readonly string[] }
}

/** Who a store logs in as. Two identities with equal keys hold the same credential, and so may share one login. */
export interface Identity {
  readonly method: string
  readonly accessId: string
  readonly key: readonly string[]
  /** Who that is, for messages: `ServiceAccount shop/app, auth config "prod"`. */
  readonly title: string
  /** What to look at when the login is refused. */
  readonly hint: string
  credentials(signal: AbortSignal): Promise<Credentials>
}

/** An access type of `secretRef`: from its parameter to an identity. */
export interface SecretMethod {
  /** Spelled as /auth wants it. */
  readonly accessType: string
  identify(login: SecretLogin): Identity
}

/** What the Secrets of `secretRef` hold, with a digest in place of the parameter, and a way to read it. */
export interface SecretLogin {
  readonly accessId: string
  readonly digest: string
  /** The parameter, read live; throws AuthFailed when it is no longer what the digest was made of. */
  readonly parameter: (signal: AbortSignal) => Promise<Redacted>
}

/** A selector of `secretRef` with the path it stands at. */
export interface Source {
  readonly selector: KeySelector
  readonly path: string
}
