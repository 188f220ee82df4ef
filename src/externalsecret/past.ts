import { externalSecretKind } from '../api/externalsecret.ts'
import { again, type Resting } from '../runtime/reconcile.ts'
import type { Run } from './run.ts'

/** What becomes of it: the watch is about to show another one. */
export const pastShown: Resting = {
  kind: 'resting',
  why: 'the watch shows an older one than there is',
  next: again(1000),
}

/**
 * True when the API server has another spec than the one at hand, or none any more: the first list after a restart may
 * be older than what the process before has synced (F7). Asks once for each object, and only where it was synced
 * before; what was never synced has no newer Secret that could be lost.
 */
export async function isOfThePast({ object, memory, ports, context }: Run): Promise<boolean> {
  const isSeen = memory !== undefined && memory.isStated !== true
  if (isSeen || Number.isNaN(Date.parse(object.status?.refreshTime ?? ''))) return false
  const { metadata } = object
  const options = { signal: context.signal, metadataOnly: true }
  const live = await ports.client.find(externalSecretKind, metadata, options)
  return live?.metadata.uid !== metadata.uid || live?.metadata.generation !== metadata.generation
}
