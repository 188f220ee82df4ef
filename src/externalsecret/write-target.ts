import { failure } from '../api/reason.ts'
import type { Client } from '../kube/client.ts'
import { isConflict, isInvalid, TransportError } from '../kube/errors.ts'
import { secretKind } from '../kube/kind.ts'
import { keyOf } from '../kube/object.ts'
import { explainWrite } from './explain-write.ts'
import type { FightRecord } from './fights.ts'
import { ownershipOf, protectionOf } from './ownership.ts'
import { dataKeysOf, type SecretFacts } from './secret-facts.ts'
import {
  applyOf,
  longestDataBytes,
  managerOf,
  type SecretObject,
  sizeOf,
  type Target,
  withdrawalOf,
} from './target.ts'

/** What a write did; `resourceVersion` tells our own echo on the watch from somebody's change. */
export interface Written {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly resourceVersion: string
}

export interface WritePorts {
  readonly client: Client
  readonly fights: FightRecord
}

/**
 * Makes the target Secret hold exactly `target.data`. One request when the Secret is new, ours or unchanged; a second
 * one only to remove what others put into it. Throws Failure TargetConflict, TargetImmutable or TargetRejected, and
 * ApiError for what may pass.
 */
export async function writeTarget(
  target: Target,
  known: SecretFacts | undefined,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  refuseOversize(target)
  try {
    return known === undefined
      ? await createTarget(target, ports, signal)
      : await updateKnown(target, known, ports, signal)
  } catch (error) {
    throw explainWrite(error, target)
  }
}

function refuseOversize(target: Target): void {
  const bytes = sizeOf(target.data)
  if (bytes <= longestDataBytes) return
  throw failure(
    'TargetRejected',
    `Cannot write Secret "${target.namespace}/${target.name}": its data has ${bytes} bytes and a Secret holds at most ${longestDataBytes}; split it over several ExternalSecrets`,
  )
}

/**
 * The cache knows no such Secret, so a new one is expected. An answer that is not a new object, or a conflict, means
 * that somebody made it meanwhile: what was put on it is withdrawn before the conflict is reported.
 */
async function createTarget(target: Target, ports: WritePorts, signal: AbortSignal): Promise<Written> {
  try {
    const applied = await apply(target, undefined, false, ports, signal)
    if (applied.created) return { outcome: 'created', resourceVersion: versionOf(applied.object) }
    if (foreignKeys(target, applied.object).length === 0)
      return exact(target, applied.object, '', ports, signal)
    await withdraw(target, ports, signal)
  } catch (error) {
    if (!isConflict(error)) throw error
  }
  return settleWithStranger(target, ports, signal)
}

/** The cache knows the Secret; a conflict means that it was replaced since, and the Secret itself is asked. */
async function updateKnown(
  target: Target,
  known: SecretFacts,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  await refuseForeign(target, known, ports, signal)
  try {
    return await updateTarget(target, known, ports, signal)
  } catch (error) {
    if (!isReplaced(error)) throw error
    return settleWithStranger(target, ports, signal)
  }
}

/** 409 where there is no such object any more, 422 on the UID where another one has its name. */
function isReplaced(error: unknown): boolean {
  return isConflict(error) || (isInvalid(error) && error.fields.includes('metadata.uid'))
}

/** The cache was behind: looks at the Secret itself, and takes it over only where that is allowed. */
async function settleWithStranger(target: Target, ports: WritePorts, signal: AbortSignal): Promise<Written> {
  const live = await ports.client.find<SecretObject>(secretKind, target, { signal })
  if (live === undefined)
    throw new TransportError(`Secret "${keyOf(target)}" comes and goes while it is written`, 'ECHANGED')
  const facts = { metadata: live.metadata, dataKeys: dataKeysOf(live.metadata.managedFields ?? []) }
  await refuseForeign(target, facts, ports, signal)
  return updateTarget(target, facts, ports, signal)
}

async function refuseForeign(
  target: Target,
  facts: SecretFacts,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<void> {
  const ownership = ownershipOf(target, facts.metadata, facts.dataKeys)
  if (ownership.kind === 'ours') return
  const live = await ports.client.find<SecretObject>(secretKind, target, { signal })
  if (live === undefined) return
  const protectedBy = protectionOf(live.type, live.metadata)
  if (protectedBy !== undefined) throw conflict(target, `${protectedBy}; choose another spec.target.name`)
  const holdsData = Object.keys(live.data ?? {}).length > 0
  if (ownership.kind === 'free' && !holdsData) return
  const because = ownership.kind === 'free' ? 'it exists and holds data' : ownership.because
  const adoptable = ownership.kind === 'free' || ownership.adoptable
  if (!adoptable) throw conflict(target, `${because}; choose another spec.target.name`)
  if (target.owner.mayAdopt) return
  const remedy =
    'annotate the ExternalSecret with keyferry.io/adopt: "true" to take it over, or choose another spec.target.name'
  throw conflict(target, `${because}; ${remedy}`)
}

async function updateTarget(
  target: Target,
  known: SecretFacts,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  if ([...known.dataKeys.keys()].some((it) => it !== managerOf(target))) ports.fights.record(target)
  const applied = await apply(target, known.metadata.uid, true, ports, signal)
  return exact(target, applied.object, known.metadata.resourceVersion ?? '', ports, signal)
}

/** Removes keys that are not ours from what the API server answered. The test makes a change in between a conflict. */
async function exact(
  target: Target,
  answer: SecretObject,
  before: string,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  refuseAltered(target, answer)
  const extra = Object.keys(answer.data ?? {}).filter((it) => !target.data.has(it))
  if (extra.length === 0) {
    const resourceVersion = versionOf(answer)
    return { outcome: resourceVersion === before ? 'unchanged' : 'updated', resourceVersion }
  }
  const patch = [
    { op: 'test' as const, path: '/metadata/resourceVersion', value: versionOf(answer) },
    ...extra.map((key) => ({ op: 'remove' as const, path: `/data/${escapePointer(key)}` })),
  ]
  const options = { fieldManager: managerOf(target), signal }
  const cleaned = await ports.client.jsonPatch<SecretObject>(secretKind, target, patch, options)
  return { outcome: 'updated', resourceVersion: versionOf(cleaned) }
}

/** An admission webhook that rewrites values would otherwise show as a sync that never was. */
function refuseAltered(target: Target, answer: SecretObject): void {
  for (const [key, value] of target.data) {
    if (answer.data?.[key] === Buffer.from(value.reveal()).toString('base64')) continue
    throw failure(
      'TargetRejected',
      `Cannot write Secret "${target.namespace}/${target.name}": the API server stored something else for key "${key}"; look for a mutating admission webhook on Secrets`,
    )
  }
}

function foreignKeys(target: Target, answer: SecretObject): string[] {
  const owners = dataKeysOf(answer.metadata.managedFields ?? [])
  const ours = new Set(owners.get(managerOf(target)) ?? [])
  const shared = new Set(
    [...owners].flatMap(([manager, keys]) => (manager === managerOf(target) ? [] : keys)),
  )
  return Object.keys(answer.data ?? {}).filter((it) => !ours.has(it) || shared.has(it))
}

async function withdraw(target: Target, ports: WritePorts, signal: AbortSignal): Promise<void> {
  const options = { fieldManager: managerOf(target), force: false, signal }
  await ports.client.apply(secretKind, withdrawalOf(target), options)
}

function apply(
  target: Target,
  uid: string | undefined,
  force: boolean,
  ports: WritePorts,
  signal: AbortSignal,
) {
  return ports.client.apply<SecretObject>(secretKind, applyOf(target, uid), {
    fieldManager: managerOf(target),
    force,
    signal,
  })
}

function conflict(target: Target, why: string) {
  return failure('TargetConflict', `Cannot write Secret "${target.namespace}/${target.name}": ${why}`)
}

function versionOf(object: SecretObject): string {
  return object.metadata.resourceVersion ?? ''
}

/** RFC 6901 section 3. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
