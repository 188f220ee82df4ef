import type { SecretStoreSpec } from '../api/secretstore.ts'
import type { Log } from '../std/log.ts'
import type { Redacted } from '../std/redacted.ts'

/** One read of one item. Equal requests may be answered by one call. */
export interface ItemRequest {
  /** The provider's name or path of the item. */
  readonly key: string
  /** As the user wrote it; absent is the latest. */
  readonly version?: string | undefined
  /** `tags`: the item's tags, as a JSON array of texts, in place of its value; nothing secret is read then. */
  readonly part?: 'value' | 'tags'
  /** Bypass caches between us and the provider: a decision to delete depends on the answer. */
  readonly fresh?: boolean
}

/** The value of an item. Text as the provider gave it; structured items (rotated, certificate) as their JSON text. */
export interface ItemValue {
  readonly text: Redacted
  /** The provider's version of what was read, where it tells; for the audit record and the never-older rule. */
  readonly version?: string
}

/** Which items are looked for: by name or by tags. */
export interface FindRequest {
  /** The folder to look in, as the user wrote it; it only narrows. */
  readonly path?: string | undefined
  /** RE2 pattern that the whole name of an item (with its path) must hold. */
  readonly name?: string | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** Bypass caches between us and the provider. */
  readonly fresh?: boolean
}

/** An item that was looked for, by its whole name. */
export interface FoundItem {
  readonly key: string
  readonly value: ItemValue
}

/**
 * The answer to one request. A failure of one item harms no neighbour. With `mints` the item has no value of its own:
 * each read would make a new credential, which `Provider.leases` is for; who knows nothing of leases has a failure.
 */
export type ItemOutcome =
  | { readonly ok: true; readonly value: ItemValue }
  | { readonly ok: false; readonly failure: Error; readonly mints?: true }

/** What is looked at for changes: one item, or all that a find would find. */
export type Look = { readonly item: ItemRequest } | { readonly find: FindRequest }

export interface LookOptions extends ReadOptions {
  /** An answer from what was learnt up to this long ago is good enough; 0 asks anew. */
  readonly maxAgeMs: number
}

/** A credential that the provider made for one object and that ends by itself. */
export interface LeaseRef {
  readonly item: string
  /** What the provider calls it. */
  readonly id: string
}

export interface Minted extends LeaseRef {
  readonly ttlSeconds: number
  /** Without what tells of the lease itself. */
  readonly value: ItemValue
  /** With it: for those who ask for `id` or `ttl_in_minutes` by name. */
  readonly whole: ItemValue
}

/** Credentials that are made on demand. Every call is one call to the provider: never shared, batched or repeated. */
export interface Leases {
  /**
   * Makes a new credential. A failure whose outcome is unknown may have made one all the same; one with a cause of the
   * name `NotSent` made none.
   */
  mint(item: string, options: ReadOptions): Promise<Minted>
  /** Lets one live so many seconds from now on; gives for how long it does. Throws AccessDenied where it may not. */
  extend(
    lease: LeaseRef,
    options: ReadOptions & { readonly ttlSeconds: number },
  ): Promise<{ readonly ttlSeconds: number }>
  /** Ends one; `gone` when the provider knows none of this id. Throws AccessDenied where it may not. */
  revoke(lease: LeaseRef, options: ReadOptions): Promise<'revoked' | 'gone'>
}

/** For whom a read is made: goes into the audit record and into nothing else. */
export interface OnBehalfOf {
  /** `ExternalSecret` or `SecretStore`... */
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
  readonly uid?: string | undefined
}

export interface ReadOptions {
  readonly signal: AbortSignal
  readonly onBehalfOf: OnBehalfOf
}

/**
 * A secrets provider, opened for one store and one identity. Failures are `failure(reason, ...)` of api/reason.ts:
 * AuthFailed, JWTRejected, AccessDenied, NotFound, Throttled, GatewayUnreachable, DNSFailure, TLSFailure,
 * UnexpectedResponse, InvalidSpec.
 */
export interface Provider {
  /** Proves that the store works by a real login (a cached, unexpired one counts); throws a Failure. */
  check(options: ReadOptions): Promise<void>
  /**
   * Reads items; one outcome per request, in the order of the requests. Throws only when no item could be asked for
   * at all (login failed, provider unreachable).
   */
  read(requests: readonly ItemRequest[], options: ReadOptions): Promise<readonly ItemOutcome[]>
  /**
   * Reads all items that are looked for, in the order of their names; none is no failure. All or nothing: throws the
   * first failure of an item. Never mints: dynamic secrets and issuers are not looked for.
   */
  find(request: FindRequest, options: ReadOptions): Promise<readonly FoundItem[]>
  /**
   * Tells whether values may have changed without reading them: a text per look, in their order, that is equal as long
   * as the values are; undefined where only a read can tell. What is older than was seen before is not believed. Does
   * not throw for what is wrong with one item; throws as `read` does when nothing could be asked.
   */
  versions?(looks: readonly Look[], options: LookOptions): Promise<readonly (string | undefined)[]>
  readonly leases?: Leases
}

/** Reads of one key of a Secret or ConfigMap, or a token of a ServiceAccount, as manifests spell them. */
export interface KeySelector {
  readonly name: string
  readonly namespace?: string | undefined
  readonly key?: string | undefined
}

/** What identifies a credential without being it: changes whenever the object it lies in changes. */
export interface CredentialVersion {
  readonly uid: string
  readonly resourceVersion: string
}

/** A ServiceAccount and how to get its tokens. */
export interface ServiceAccountIdentity {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** Those that name cloud identities; absent where none are known. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** A fresh token by TokenRequest, 600 s unless `expirationSeconds` says otherwise. */
  token(options: {
    expirationSeconds?: number
    audiences?: readonly string[]
    signal: AbortSignal
  }): Promise<{
    readonly token: Redacted
    readonly expiresAtMs: number
  }>
}

/**
 * What a provider may ask of the cluster on behalf of one store. The namespace rule (own namespace only for a
 * SecretStore; explicit or, for referents, the ExternalSecret's for a ClusterSecretStore) is enforced inside: a
 * provider cannot get round it. `path` is the field path for messages (`spec.provider.akeyless.authSecretRef...`).
 * All throw `failure('InvalidSpec' | 'NotFound' | 'AuthFailed', ...)` that names kind, namespace/name and path.
 */
export interface References {
  /** Version of the Secret from the metadata cache: no request. */
  secretVersion(selector: KeySelector, path: string): CredentialVersion
  /** The value of one key of a Secret, read live. */
  secretValue(selector: KeySelector, path: string, signal: AbortSignal): Promise<Redacted>
  /** PEM text from a Secret or ConfigMap, read live at most once per version of the object. */
  caBundle(
    provider: KeySelector & { readonly type: 'Secret' | 'ConfigMap' },
    path: string,
    signal: AbortSignal,
  ): Promise<string>
  serviceAccount(
    ref: { readonly name: string; readonly namespace?: string | undefined },
    path: string,
  ): ServiceAccountIdentity
  /**
   * Asks our own API server whether it accepts a JWT, to tell a bad JWT from a misconfigured Gateway after a refused
   * login. Absent, or undefined as answer, when nobody may ask.
   */
  reviewToken?(
    token: Redacted,
    options: { audiences: readonly string[]; signal: AbortSignal },
  ): Promise<{ readonly authenticated: boolean } | undefined>
}

/** Everything a provider is opened with. */
export interface OpenOptions {
  /** For messages: `SecretStore shop/akeyless`. */
  readonly title: string
  /** A ClusterSecretStore, which whoever administers the cluster wrote; absent is a SecretStore. */
  readonly isClusterWide?: boolean
  readonly spec: SecretStoreSpec
  readonly references: References
  readonly log: Log
}

/** A kind of provider: `akeyless`, `fake`. `open` checks the spec and throws `failure('InvalidSpec', ...)`. */
export interface ProviderKind {
  readonly name: string
  open(options: OpenOptions): Provider
}
