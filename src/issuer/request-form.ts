import type { Kind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import type { IssuerRef, SigningRequest } from '../signer/signer.ts'
import type { IssuerName } from './issuer-name.ts'

/** Where a request stands: decided for good, denied and not yet told so, not approved yet, or to be signed. */
export type RequestState = 'final' | 'denied' | 'unapproved' | 'approved'

/** What came of a look at a request, as its status tells it. */
export type Outcome =
  | { readonly kind: 'initializing' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'waiting'; readonly message: string; readonly failsSinceMs?: number | undefined }
  /** The CA holds the request under an id. */
  | { readonly kind: 'pending'; readonly checkpoint: Checkpoint; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'issued'; readonly published: Published }

/** The id under which a CA holds a request, on record in the request's status before it is first asked for. */
export interface Checkpoint {
  readonly id: string
  readonly sinceMs: number
}

/** Certificates in the form in which they are published: PEM, leaf first; `caPem` is the root where it is known. */
export interface Published {
  readonly certificatePem: string
  readonly caPem?: string | undefined
}

/** How one kind of request is read and written; the same reconciler serves all of them. */
export interface RequestForm<T extends KubeObject> {
  readonly kind: Kind
  /** An object as the API server gave it; undefined when it cannot be read as one of this kind. */
  parse(object: KubeObject): T | undefined
  /** What the cache keeps of a request; what is signed is read live. */
  slim(request: T): T
  /** Undefined when it is no issuer of ours. */
  issuerOf(request: T): IssuerName | undefined
  stateOf(request: T): RequestState
  /** True once a status of ours is on the request, or where the kind has none to show. */
  hasStarted(request: T): boolean
  /** The checkpoint of this very request; one that a backup brought back under another UID does not count. */
  checkpointOf(request: T): Checkpoint | undefined
  /** Since when tries of this very request fail, in wall-clock time, where its status says so. */
  failsSinceOf(request: T): number | undefined
  /** Everything of the status that is ours after an outcome; undefined when there is nothing to write. */
  statusAfter(request: T, outcome: Outcome, nowMs: number): object | undefined
  /** What is ours of the status now, in the same form. */
  ownStatus(request: T): object
  /** Throws SignFailure Refused for a request that cannot be read. */
  toSign(request: T, issuer: IssuerRef): SigningRequest
  /** Who asks, for the audit record. */
  requesterOf(request: T): string | undefined
}
