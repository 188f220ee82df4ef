import type { Client } from '../kube/client.ts'
import { isForbidden, isNotFound } from '../kube/errors.ts'
import { secretKind } from '../kube/kind.ts'
import type { SecretFacts } from './secret-facts.ts'

/** Whether a Secret that is to go is gone; `forbidden` where the right to delete was not granted. */
export type Deletion = 'deleted' | 'gone' | 'forbidden'

/** True when an ExternalSecret owns a Secret, so that it may delete it: this very one, not one of its name. */
export function mayDelete(facts: SecretFacts, ownerUid: string): boolean {
  const owners = facts.metadata.ownerReferences ?? []
  return ownerUid !== '' && owners.some((it) => it.uid === ownerUid && it.controller === true)
}

/** Deletes a Secret as the cache knows it: one that was changed or made anew since then is left (409, an ApiError). */
export async function deleteTarget(
  { metadata }: SecretFacts,
  client: Client,
  signal: AbortSignal,
): Promise<Deletion> {
  const { uid = '', resourceVersion = '' } = metadata
  try {
    await client.delete(secretKind, metadata, { uid, resourceVersion, signal })
    return 'deleted'
  } catch (error) {
    if (isNotFound(error)) return 'gone'
    if (isForbidden(error)) return 'forbidden'
    throw error
  }
}
