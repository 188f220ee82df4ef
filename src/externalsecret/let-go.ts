import { failure } from '../api/reason.ts'
import { type KubeObject, keyOf } from '../kube/object.ts'
import type { Context, Verdict } from '../runtime/reconcile.ts'
import type { Failure } from '../std/failure.ts'
import type { Fields } from './fields.ts'
import { takeFinalizerOff } from './finalizer.ts'
import { endLeases } from './lease-end.ts'
import type { Ports } from './ports.ts'
import { isOfAnother } from './spec-stores.ts'

/** ESO puts it on every ExternalSecret that it sees, and takes it off one that is deleted. */
const peerFinalizer = 'externalsecrets.external-secrets.io/externalsecret-cleanup'

const fieldManager = 'keyferry'

/**
 * Ends the leases of an ExternalSecret that is deleted or released. One that was ESO's before it was ours is then let
 * go from ESO too: nobody else would, and its namespace would hang with it. What ESO does before (deletionPolicy Delete:
 * the Secret that it owns) is the garbage collector's work all the same. Throws Failure AccessDenied.
 */
export async function letGo(
  raw: KubeObject,
  ports: Ports,
  context: Context<Fields>,
): Promise<Verdict<Fields>> {
  const verdict = await endLeases(raw, ports, context)
  const isOver = verdict.kind === 'ignored' && waitsForPeer(raw)
  if (!isOver || isOfAnother(raw, ports.isServedByAnother)) return verdict
  await takeFinalizerOff(peerFinalizer, raw, {
    client: ports.client,
    signal: context.signal,
    fieldManager,
    forbidden: (cause) => forbidden(raw, cause),
  })
  return verdict
}

function waitsForPeer({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(peerFinalizer) === true
}

function forbidden({ metadata }: KubeObject, cause: unknown): Failure {
  return failure(
    'AccessDenied',
    `Cannot let ExternalSecret "${keyOf(metadata)}" go: the API server forbids taking off ESO's finalizer "${peerFinalizer}"; grant patch on externalsecrets, or take it off by hand`,
    { cause },
  )
}
