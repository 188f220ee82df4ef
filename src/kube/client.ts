import type { Redacted } from '../std/redacted.ts'
import type { Kind } from './kind.ts'
import type { KubeObject, ObjectRef } from './object.ts'

export interface RequestOptions {
  readonly signal: AbortSignal
  /** Ends the request after this time, whatever the signal does; the default is 30 s. */
  readonly timeoutMs?: number
}

export interface ReadOptions extends RequestOptions {
  /** Asks for PartialObjectMetadata: only apiVersion, kind and metadata come back. */
  readonly metadataOnly?: boolean
}

export interface ListOptions extends ReadOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
}

export interface ObjectList<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  /** There is another page when it is there. */
  readonly continue?: string
}

export interface WriteOptions extends RequestOptions {
  readonly fieldManager: string
  readonly subresource?: 'status'
  readonly dryRun?: boolean
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields from other managers; without it a conflict is a 409 ApiError. */
  readonly force: boolean
}

export interface Applied<T> {
  readonly object: T
  /** The API server answered 201: there was no such object before. */
  readonly created: boolean
}

export interface DeleteOptions extends RequestOptions {
  readonly uid?: string
  readonly resourceVersion?: string
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
}

export interface TokenRequestOptions extends RequestOptions {
  readonly expirationSeconds: number
  /** Empty or absent: the API server's own audience. */
  readonly audiences?: readonly string[]
}

/** A token of a ServiceAccount, from the TokenRequest API. */
export interface ServiceAccountToken {
  readonly token: Redacted
  readonly expiresAtMs: number
}

/** Whom the API server takes the bearer of a token for. */
export interface ReviewedUser {
  readonly username: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** What a TokenReview said. */
export interface TokenReview {
  readonly authenticated: boolean
  readonly user?: ReviewedUser
  /** The API server's own words; they name no part of the token. */
  readonly error?: string
}

/** One operation of RFC 6902. */
export type JsonPatch = readonly {
  readonly op: 'add' | 'remove' | 'replace' | 'test'
  readonly path: string
  readonly value?: unknown
}[]

/**
 * Speaks to one API server as one identity, in raw JSON. Every method throws ApiError when the server refuses and
 * TransportError when there was no answer; safe verbs are retried as `src/kube/retry.ts` states. There is no
 * update: writes are server-side apply, or patches that name what they change.
 */
export interface Client {
  get<T extends KubeObject>(kind: Kind, ref: ObjectRef, options: ReadOptions): Promise<T>
  /** As `get`, with undefined for 404. */
  find<T extends KubeObject>(kind: Kind, ref: ObjectRef, options: ReadOptions): Promise<T | undefined>
  list<T extends KubeObject>(kind: Kind, options: ListOptions): Promise<ObjectList<T>>
  /** Not retried when the outcome is unknown: the caller decides what a second object would mean. */
  create<T extends KubeObject>(kind: Kind, object: T, options: WriteOptions): Promise<T>
  /** Server-side apply of the whole set of fields this manager owns. */
  apply<T extends KubeObject>(kind: Kind, object: T, options: ApplyOptions): Promise<Applied<T>>
  jsonPatch<T extends KubeObject>(
    kind: Kind,
    ref: ObjectRef,
    patch: JsonPatch,
    options: WriteOptions,
  ): Promise<T>
  /** RFC 7396; with `metadata.resourceVersion` in the patch a stale one is refused with 409. */
  mergePatch<T extends KubeObject>(
    kind: Kind,
    ref: ObjectRef,
    patch: object,
    options: WriteOptions,
  ): Promise<T>
  delete(kind: Kind, ref: ObjectRef, options: DeleteOptions): Promise<void>
  createToken(serviceAccount: ObjectRef, options: TokenRequestOptions): Promise<ServiceAccountToken>
  reviewToken(
    token: Redacted,
    options: RequestOptions & { audiences?: readonly string[] },
  ): Promise<TokenReview>
  /** A SubjectAccessReview: true when this user may do `verb` to a path that is no object. */
  reviewAccess(
    user: ReviewedUser,
    attributes: { readonly path: string; readonly verb: string },
    options: RequestOptions,
  ): Promise<boolean>
  /** A GET of any path, for what is not an object: `/readyz`, `/openapi/v3`, `/version`. */
  getPath(path: string, options: RequestOptions): Promise<{ status: number; body: string }>
}
