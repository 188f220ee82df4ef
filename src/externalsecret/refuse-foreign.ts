import { failure } from '../api/reason.ts'
import type { Client } from '../kube/client.ts'
import { secretKind } from '../kube/kind.ts'
import type { Failure } from '../std/failure.ts'
import { ownershipOf, protectionOf } from './ownership.ts'
import type { SecretFacts } from './secret-facts.ts'
import type { SecretObject, Target } from './target.ts'

const adoptRemedy =
  'annotate the ExternalSecret with keyferry.io/adopt: "true" to take it over, or choose another spec.target.name'
const renameRemedy = 'choose another spec.target.name'

/**
 * Lets through what is ours, what holds nothing, and what may be adopted. Of a Secret that is not ours the type and
 * whether it holds data are asked of the API server. Throws TargetConflict.
 */
export async function refuseForeign(
  target: Target,
  facts: SecretFacts,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  const ownership = ownershipOf(target, facts.metadata, facts.dataKeys)
  if (ownership.kind === 'ours') return
  const live = await client.find<SecretObject>(secretKind, target, { signal })
  if (live === undefined) return
  const protectedBy = protectionOf(live.type, live.metadata)
  if (protectedBy !== undefined) throw conflict(target, protectedBy, renameRemedy)
  if (ownership.kind === 'foreign' && !ownership.adoptable)
    throw conflict(target, ownership.because, renameRemedy)
  if (target.owner.mayAdopt || (ownership.kind === 'free' && isEmpty(live))) return
  const because = ownership.kind === 'free' ? 'it exists and holds data' : ownership.because
  throw conflict(target, because, adoptRemedy)
}

function isEmpty(secret: SecretObject): boolean {
  return Object.keys(secret.data ?? {}).length === 0
}

function conflict({ namespace, name }: Target, why: string, remedy: string): Failure {
  return failure('TargetConflict', `Cannot write Secret "${namespace}/${name}": ${why}; ${remedy}`)
}
