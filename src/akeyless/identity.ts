import type { ServiceAccountSelector } from '../api/reference.ts'
import type { Redacted } from '../std/redacted.ts'
import type { KeySelector } from '../store/provider.ts'
import type { AuthOptions } from './auth-options.ts'

/** What is sent to /auth once; never kept. */
export interface Credentials {
  readonly body: Readonly<Record<string, string>>
  /** The JWT in it, for a TokenReview of our own when the login is refused. */
  readonly jwt?: { readonly token: Redacted; readonly audiences: readonly string[] }
  /** Called when Akeyless refuses them, so that what was kept of them is not sent again. */
  readonly refused?: () => void
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

/** An access type of `secretRef`: from its parameter, or the ServiceAccount beside it, to an identity. */
export type SecretMethod = (login: SecretLogin, options: AuthOptions) => Identity | Promise<Identity>

/** A credential in a Secret: a digest that stands for it in cache keys, and a way to read it. */
export interface HeldValue {
  readonly digest: string
  /** The value, read live; throws AuthFailed when it is no longer what the digest was made of. */
  readonly value: (signal: AbortSignal) => Promise<Redacted>
}

/** What the Secrets of `secretRef` hold. */
export interface SecretLogin {
  readonly accessId: string
  readonly parameter?: HeldValue | undefined
  /** `authSecretRef.serviceAccountRef`. */
  readonly serviceAccountRef?: ServiceAccountSelector | undefined
  /** `...authSecretRef`, for messages. */
  readonly path: string
}

/** A selector of a credential with the path it stands at. */
export interface Source {
  readonly selector: KeySelector
  readonly path: string
}
