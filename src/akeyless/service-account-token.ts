import type { ServiceAccountSelector } from '../api/reference.ts'
import type { Redacted } from '../std/redacted.ts'
import type { AuthOptions } from './auth-options.ts'

/** Lifetime of a requested token: the least that the API server grants. */
const expirationSeconds = 600

/** A ServiceAccount that logs in by its own token. */
export interface TokenSource {
  /** Names the ServiceAccount (its UID too) and the audiences, for cache keys. */
  readonly key: readonly string[]
  /** `ServiceAccount shop/app`. */
  readonly title: string
  readonly name: string
  readonly audiences: readonly string[]
  /** Of the ServiceAccount, those that name cloud identities. */
  readonly annotations: Readonly<Record<string, string>>
  /** A new token by TokenRequest (authentication.k8s.io/v1), good for ten minutes. */
  token(signal: AbortSignal): Promise<Redacted>
}

/** Finds a ServiceAccount; `audiencesOf` tells from its annotations what its tokens are for. */
export function tokenSource(
  ref: ServiceAccountSelector,
  path: string,
  { references }: AuthOptions,
  audiencesOf: (annotations: Readonly<Record<string, string>>) => readonly string[] = () =>
    ref.audiences ?? [],
): TokenSource {
  const account = references.serviceAccount(ref, path)
  const { namespace, name, uid, annotations = {} } = account
  const audiences = audiencesOf(annotations)
  return {
    key: ['ServiceAccount', namespace, name, uid, ...audiences],
    title: `ServiceAccount ${namespace}/${name}`,
    name: `${namespace}-${name}`,
    audiences,
    annotations,
    token: async (signal) => (await account.token({ expirationSeconds, audiences, signal })).token,
  }
}
