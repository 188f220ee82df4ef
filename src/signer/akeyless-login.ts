import type { AkeylessAuth } from '../api/akeyless-spec.ts'
import type { Log } from '../std/log.ts'
import type { Redacted } from '../std/redacted.ts'
import type { DataRef, IssuerRef, SignerPorts } from './signer.ts'

/** Stands in `AkeylessLogin.auth` for the name of the Secret that authSecretRef names, which signers do not know. */
export const ownSecret = '#authSecretRef'

/** How an issuer logs in to Akeyless. */
export interface AkeylessLogin {
  /** For messages: `ExternalIssuer shop/corp-pki`. */
  readonly title: string
  readonly issuer: IssuerRef
  /** The Gateway, as `baseURL` has it. */
  readonly url: string
  /** The CAs to trust in place of the usual ones. */
  readonly ca: { readonly pem: string } | DataRef | undefined
  readonly auth: AkeylessAuth
  /** What `ownSecret` holds. */
  readonly credentials: ReadonlyMap<string, Redacted<Uint8Array>> | undefined
  readonly ports: SignerPorts
  readonly log: Log
}

/**
 * The token of a login. One that was `refused` is looked at first, and replaced only when it is no longer good. Throws
 * SignFailure.
 */
export type AkeylessToken = (signal: AbortSignal, refused: Redacted | undefined) => Promise<Redacted>

/** The ways in to Akeyless, all of which another room knows; `cli/` joins the two. */
export type OpenAkeylessLogin = (login: AkeylessLogin) => AkeylessToken
