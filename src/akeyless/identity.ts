import type { ServiceAccountSelector } from '../api/reference.ts'
import type { Redacted } from '../std/redacted.ts'
import type { AuthOptions } from './auth-options.ts'
import type { HeldValue } from './held-value.ts'

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
  /** What a login needs beside its credential, and others with it: where that is wrong all of them are refused. */
  readonly group?: string
  /** Who that is, for messages: `ServiceAccount shop/app, auth config "prod"`. */
  readonly title: string
  /** What to look at when the login is refused. */
  readonly hint: string
  credentials(signal: AbortSignal): Promise<Credentials>
}

/** An access type of `secretRef`: from its parameter, or the ServiceAccount beside it, to an identity. */
export type SecretMethod = (login: SecretLogin, options: AuthOptions) => Identity | Promise<Identity>

/** What the Secrets of `secretRef` hold. */
export interface SecretLogin {
  readonly accessId: string
  readonly parameter?: HeldValue | undefined
  /** `authSecretRef.serviceAccountRef`. */
  readonly serviceAccountRef?: ServiceAccountSelector | undefined
  /** `...authSecretRef`, for messages. */
  readonly path: string
}
