import { isDeepStrictEqual } from 'node:util'
import { type ExternalSecret, externalSecretKind } from '../api/externalsecret.ts'
import type { Lease } from '../api/externalsecret-status.ts'
import { failure } from '../api/reason.ts'
import type { Client } from '../kube/client.ts'
import { isConflict, isForbidden, isInvalid, isNotFound } from '../kube/errors.ts'
import { apiVersionOf } from '../kube/kind.ts'
import { type KubeObject, keyOf } from '../kube/object.ts'
import type { Failure } from '../std/failure.ts'
import { takeFinalizerOff } from './finalizer.ts'
import { leasesIn } from './lease-record.ts'

/** Keeps an ExternalSecret from going before its leases are revoked. */
const leasesFinalizer = 'keyferry.io/leases'

const fieldManager = 'keyferry-leases'

/** The watch shows an ExternalSecret as it was: whatever is decided of its leases by that is not to be. */
export class PastShown extends Error {
  override readonly name = 'PastShown'
}

interface Claimant {
  readonly client: Client
  readonly signal: AbortSignal
}

/**
 * Puts the finalizer on, and looks whether the API server tells the same of the object as the watch. Throws PastShown
 * when it does not, or when the object is going.
 */
export async function claim(
  object: ExternalSecret,
  leases: readonly Lease[],
  { client, signal }: Claimant,
): Promise<void> {
  const live = holdsFinalizer(object)
    ? await client.find<ExternalSecret>(externalSecretKind, object.metadata, { signal })
    : await finalized(object, { client, signal })
  const { uid, generation, deletionTimestamp } = live?.metadata ?? {}
  const isSame = uid === object.metadata.uid && generation === object.metadata.generation
  if (!isSame || deletionTimestamp !== undefined) throw new PastShown()
  if (!isDeepStrictEqual(leasesIn(live?.status), leases)) throw new PastShown()
}

/** Whether our finalizer keeps the object until its leases are revoked. */
export function holdsFinalizer({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(leasesFinalizer) === true
}

/** Applies the finalizer and nothing else; with the UID it lands on this very object, or on none. */
async function finalized(object: ExternalSecret, { client, signal }: Claimant): Promise<ExternalSecret> {
  const { namespace = '', name, uid = '' } = object.metadata
  const { kind } = externalSecretKind
  const metadata = { namespace, name, uid, finalizers: [leasesFinalizer] }
  const wanted = { apiVersion: apiVersionOf(externalSecretKind), kind, metadata } as object as ExternalSecret
  try {
    return (await client.apply(externalSecretKind, wanted, { fieldManager, force: true, signal })).object
  } catch (error) {
    // One that is going takes no new finalizer (422), one that is gone has another UID or none (409, 404).
    if (isInvalid(error) || isConflict(error) || isNotFound(error)) throw new PastShown('', { cause: error })
    throw isForbidden(error) ? forbidden(object, error) : error
  }
}

function forbidden({ metadata }: ExternalSecret, cause: unknown): Failure {
  return failure(
    'AccessDenied',
    `Cannot keep leases for ExternalSecret "${keyOf(metadata)}": the API server forbids its finalizer; grant patch on externalsecrets`,
    { cause },
  )
}

/** Takes the finalizer off, whatever else changed; an object that is gone needs none. */
export function unclaim(object: KubeObject, claimant: Claimant): Promise<void> {
  return takeFinalizerOff(leasesFinalizer, object, { ...claimant, fieldManager })
}
