import { secretKind } from '../kube/kind.ts'
import { knownTargetOf, type Run } from './run.ts'
import type { SecretObject } from './target.ts'
import { targetNameOf } from './target-of.ts'
import type { Shape } from './target-shape.ts'

/**
 * When the data of the Secret changes that workloads follow, as RFC 3339; undefined when it does not, or when nobody
 * follows it. A Secret that is made now is no change: nobody runs with an old one, unless one was lost and there is a
 * new credential in its place. What was decided before a crash and not yet told the workloads stands.
 */
export async function changeToTell(run: Run, shape: Shape, isLosing: boolean): Promise<string | undefined> {
  const { object, nowMs } = run
  if ((object.spec.rolloutRestartTargets ?? []).length === 0) return undefined
  const pending = object.status?.pendingRestart
  const isChange = await changesData(run, shape, isLosing)
  // To the millisecond: of two changes within a second the later one is to be told of, too.
  return isChange ? new Date(nowMs).toISOString() : pending
}

/** Reads the Secret: what it holds is remembered nowhere. */
async function changesData(run: Run, shape: Shape, isLosing: boolean): Promise<boolean> {
  if (knownTargetOf(run) === undefined) return hasOtherCredential(run)
  const { object, ports, context } = run
  const ref = { namespace: object.metadata.namespace ?? '', name: targetNameOf(object) }
  const live = await ports.client.find<SecretObject>(secretKind, ref, { signal: context.signal })
  if (live === undefined) return hasOtherCredential(run)
  return isLosing || [...shape.data].some(([key, value]) => live.data?.[key] !== base64(value.reveal()))
}

/** The Secret was there before, and is made anew with what was minted for it: the old credential ends. */
function hasOtherCredential({ object, leases }: Run): boolean {
  const wasThere = object.status?.binding?.name === targetNameOf(object)
  return wasThere && leases.all.some((it) => it.state === 'Recorded')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
