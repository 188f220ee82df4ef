import { externalSecretKind } from '../api/externalsecret.ts'
import type { Client } from '../kube/client.ts'
import { isConflict, isForbidden, isInvalid, isNotFound } from '../kube/errors.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Failure } from '../std/failure.ts'

interface TakingOff {
  readonly client: Client
  readonly signal: AbortSignal
  readonly fieldManager: string
  /** What a patch that is forbidden is told as; as it comes unless said. */
  readonly forbidden?: (cause: unknown) => Failure
}

const mostAttempts = 5

/** Takes a finalizer off an ExternalSecret, whatever else changed; one that is gone needs none. Throws ApiError. */
export async function takeFinalizerOff(
  finalizer: string,
  object: KubeObject,
  { client, signal, fieldManager, forbidden }: TakingOff,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const live = await client.find(externalSecretKind, object.metadata, { signal, metadataOnly: true })
    const index = live?.metadata.finalizers?.indexOf(finalizer) ?? -1
    if (live?.metadata.uid !== object.metadata.uid || index === -1) return
    const path = `/metadata/finalizers/${index}`
    const patch = [
      { op: 'test', path, value: finalizer },
      { op: 'remove', path },
    ] as const
    try {
      await client.jsonPatch(externalSecretKind, object.metadata, patch, { fieldManager, signal })
      return
    } catch (error) {
      if (isNotFound(error)) return
      if (forbidden !== undefined && isForbidden(error)) throw forbidden(error)
      if (attempt === mostAttempts || !(isConflict(error) || isInvalid(error))) throw error
    }
  }
}
