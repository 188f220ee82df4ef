import { failure } from '../api/reason.ts'
import type { Client } from '../kube/client.ts'
import { secretKind } from '../kube/kind.ts'
import type { Failure } from '../std/failure.ts'
import { mergeRefusalOf, ownershipOf, protectionOf } from './ownership.ts'
import type { SecretFacts } from './secret-facts.ts'
import { managerOf, type SecretObject, type Target } from './target.ts'

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
  if (target.owner.mayAdopt || holdsOnly(facts.dataKeys.get(managerOf(target)) ?? [], live)) return
  const because = ownership.kind === 'free' ? 'it exists and holds data' : ownership.because
  throw conflict(target, because, adoptRemedy)
}

/**
 * Lets keys be merged into any Secret but those that other programs live by, and those that another ExternalSecret
 * owns. The type is asked of the API server before the first key goes in. Throws TargetConflict.
 */
export async function refuseUnmergeable(
  target: Target,
  { metadata, dataKeys }: SecretFacts,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  refuseShared(target, { metadata })
  if (dataKeys.has(managerOf(target))) return
  const live = await client.find<SecretObject>(secretKind, target, { signal })
  if (live !== undefined) refuseShared(target, live)
}

function refuseShared(target: Target, secret: SecretObject): void {
  const because = shareRefusalOf(target, secret)
  if (because !== undefined) throw conflict(target, because, renameRemedy)
}

/** Whether a Secret that the API server gave back may hold our keys beside its own. */
export function isMergeable(target: Target, secret: SecretObject): boolean {
  return shareRefusalOf(target, secret) === undefined
}

function shareRefusalOf(target: Target, { type, metadata }: SecretObject): string | undefined {
  return mergeRefusalOf(target, metadata) ?? protectionOf(type, metadata)
}

function holdsOnly(keys: readonly string[], { data = {} }: SecretObject): boolean {
  return Object.keys(data).every((it) => keys.includes(it))
}

function conflict({ namespace, name }: Target, why: string, remedy: string): Failure {
  return failure('TargetConflict', `Cannot write Secret "${namespace}/${name}": ${why}; ${remedy}`)
}
