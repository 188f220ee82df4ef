import { failure } from '../api/reason.ts'
import type { Applied, Client } from '../kube/client.ts'
import { isConflict, isInvalid, isNotFound, TransportError } from '../kube/errors.ts'
import { secretKind } from '../kube/kind.ts'
import { keyOf, type ObjectMeta } from '../kube/object.ts'
import { cleaningOf, finalizingOf, ownerRepairOf, refuseAltered } from './exactness.ts'
import { explainWrite } from './explain-write.ts'
import type { FightRecord } from './fights.ts'
import { refuseForeign } from './refuse-foreign.ts'
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
    const { created, object } = await apply(target, { force: false }, ports, signal)
    if (created) return await finished(target, object, ports, signal)
    if (!holdsForeignData(target, object)) return await exact(target, object, '', ports, signal)
    await withdraw(target, object, ports, signal)
  } catch (error) {
    if (!isConflict(error)) throw error
  }
  return settleWithStranger(target, ports, signal)
}

/** The cache knows the Secret; a conflict means that it changed since, and the Secret itself is asked. */
async function updateKnown(
  target: Target,
  known: SecretFacts,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  await refuseForeign(target, known, ports.client, signal)
  try {
    return await updateTarget(target, known, ports, signal)
  } catch (error) {
    if (!isReplaced(error)) throw error
    return settleWithStranger(target, ports, signal)
  }
}

/** 409 where there is no such object any more, 422 on the UID where another one has its name. */
function isReplaced(error: unknown): boolean {
  return isConflict(error) || isNotFound(error) || (isInvalid(error) && error.fields.includes('metadata.uid'))
}

/** The cache was behind: looks at the Secret itself, and takes it over only where that is allowed. */
async function settleWithStranger(target: Target, ports: WritePorts, signal: AbortSignal): Promise<Written> {
  const live = await ports.client.find<SecretObject>(secretKind, target, { signal })
  if (live === undefined) return createAgain(target, ports, signal)
  const facts = { metadata: live.metadata, dataKeys: dataKeysOf(live.metadata.managedFields ?? []) }
  await refuseForeign(target, facts, ports.client, signal)
  return updateTarget(target, facts, ports, signal)
}

/** The Secret is gone and the cache does not know yet. One that is there again is left for the next attempt. */
async function createAgain(target: Target, ports: WritePorts, signal: AbortSignal): Promise<Written> {
  const { created, object } = await apply(target, { force: false }, ports, signal)
  if (created) return finished(target, object, ports, signal)
  if (holdsForeignData(target, object)) await withdraw(target, object, ports, signal)
  throw new TransportError(`Secret "${keyOf(target)}" comes and goes while it is written`, 'ECHANGED')
}

async function updateTarget(
  target: Target,
  known: SecretFacts,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  if ([...known.dataKeys.keys()].some((it) => it !== managerOf(target))) ports.fights.record(target)
  const repair = ownerRepairOf(target, known.metadata)
  const { metadata } = repair === undefined ? known : await patch(target, repair, ports, signal)
  const object = await applyOver(target, metadata, ports, signal)
  return exact(target, object, known.metadata.resourceVersion ?? '', ports, signal)
}

/** Taking back a type that was applied before would make it Opaque, which the API server refuses: it stays. */
async function applyOver(
  target: Target,
  at: ObjectMeta,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<SecretObject> {
  try {
    return (await apply(target, { force: true, at }, ports, signal)).object
  } catch (error) {
    if (target.type !== undefined || !isInvalid(error) || !error.fields.includes('type')) throw error
    const { type = 'Opaque' } = await ports.client.get<SecretObject>(secretKind, target, { signal })
    return (await apply({ ...target, type }, { force: true, at }, ports, signal)).object
  }
}

async function finished(
  target: Target,
  created: SecretObject,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  const { resourceVersion } = await exact(target, created, '', ports, signal)
  return { outcome: 'created', resourceVersion }
}

/** Removes what is not ours from what the API server answered. A change in between is a conflict. */
async function exact(
  target: Target,
  answer: SecretObject,
  before: string,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  refuseAltered(target, answer)
  const cleaning = cleaningOf(target, answer)
  const clean = cleaning === undefined ? answer : await patch(target, cleaning, ports, signal)
  const finalizing = finalizingOf(target, clean)
  const after = finalizing === undefined ? clean : await patch(target, finalizing, ports, signal)
  const resourceVersion = versionOf(after)
  return { outcome: resourceVersion === before ? 'unchanged' : 'updated', resourceVersion }
}

function holdsForeignData(target: Target, answer: SecretObject): boolean {
  const { managedFields = [] } = answer.metadata
  const owners = dataKeysOf(managedFields)
  const ours = new Set(owners.get(managerOf(target)))
  return owners.size > 1 || Object.keys(answer.data ?? {}).some((it) => !ours.has(it))
}

async function withdraw(
  target: Target,
  answer: SecretObject,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<void> {
  const options = { fieldManager: managerOf(target), force: false, signal }
  await ports.client.apply(secretKind, withdrawalOf(target, answer.metadata.uid ?? ''), options)
}

function apply(
  target: Target,
  { force, at }: { force: boolean; at?: ObjectMeta },
  { client }: WritePorts,
  signal: AbortSignal,
): Promise<Applied<SecretObject>> {
  const options = { fieldManager: managerOf(target), force, signal }
  return client.apply<SecretObject>(secretKind, applyOf(target, versionIn(at)), options)
}

function patch(
  target: Target,
  change: object,
  { client }: WritePorts,
  signal: AbortSignal,
): Promise<SecretObject> {
  return client.mergePatch<SecretObject>(secretKind, target, change, {
    fieldManager: managerOf(target),
    signal,
  })
}

function versionIn(at: ObjectMeta | undefined): Pick<ObjectMeta, 'uid' | 'resourceVersion'> {
  const { uid, resourceVersion } = at ?? {}
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}

function versionOf(object: SecretObject): string {
  return object.metadata.resourceVersion ?? ''
}
