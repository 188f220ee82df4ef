import { failure } from '../api/reason.ts'
import { isConflict, TransportError } from '../kube/errors.ts'
import { secretKind } from '../kube/kind.ts'
import { keyOf } from '../kube/object.ts'
import { ownerRepairOf } from './exactness.ts'
import { explainWrite } from './explain-write.ts'
import { isOfImmutable, keepsData, writeImmutable } from './immutable-target.ts'
import { mergeTarget } from './merge-target.ts'
import { refuseForeign } from './refuse-foreign.ts'
import { dataKeysOf, type SecretFacts } from './secret-facts.ts'
import {
  applyOver,
  applyTarget,
  exact,
  finished,
  isOvertaken,
  patchTarget,
  type WritePorts,
  type Written,
  withdraw,
} from './secret-writes.ts'
import { isMerged, longestDataBytes, managerOf, type SecretObject, sizeOf, type Target } from './target.ts'

/**
 * Makes the target Secret hold exactly `target.data`, or hold it beside what others put into it where the policy
 * merges. One request when the Secret is new, ours or unchanged; a second one only to remove what others put into it.
 * Throws Failure TargetConflict, TargetImmutable or TargetRejected, and ApiError for what may pass.
 */
export async function writeTarget(
  target: Target,
  known: SecretFacts | undefined,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  refuseOversize(target)
  try {
    if (isMerged(target)) return await mergeTarget(target, known, ports, signal)
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
    const { created, object } = await applyTarget(target, { force: false }, ports, signal)
    if (created) return await finished(target, object, ports, signal)
    if (!holdsForeignData(target, object)) return await exact(target, object, '', ports, signal)
    await withdraw(target, object, ports, signal)
  } catch (error) {
    if (!isConflict(error) && !isOfImmutable(error)) throw error
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
    if (!isOvertaken(error)) throw error
    return settleWithStranger(target, ports, signal)
  }
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
  const { created, object } = await applyTarget(target, { force: false }, ports, signal)
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
  const { metadata } = repair === undefined ? known : await patchTarget(target, repair, ports, signal)
  const before = known.metadata.resourceVersion ?? ''
  if (keepsData(target, known)) return writeImmutable(target, { before }, ports, signal)
  if (target.immutable === true && known.dataKeys.size > 0)
    return adoptImmutable(target, known, ports, signal)
  try {
    return await exact(
      target,
      await applyOver(target, { force: true, at: metadata }, ports, signal),
      before,
      ports,
      signal,
    )
  } catch (error) {
    if (!isOfImmutable(error)) throw error
    return writeImmutable(target, { before, refusal: error }, ports, signal)
  }
}

/** The data of others can only be taken out before the Secret becomes immutable. */
async function adoptImmutable(
  target: Target,
  known: SecretFacts,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  const { immutable: _, ...mutable } = target
  const { resourceVersion } = await updateTarget(mutable, known, ports, signal)
  const at = { ...known.metadata, resourceVersion }
  const { object } = await applyTarget(target, { force: true, at }, ports, signal)
  return { outcome: 'updated', resourceVersion: object.metadata.resourceVersion ?? '' }
}

function holdsForeignData(target: Target, answer: SecretObject): boolean {
  const { managedFields = [] } = answer.metadata
  const owners = dataKeysOf(managedFields)
  const ours = new Set(owners.get(managerOf(target)))
  return owners.size > 1 || Object.keys(answer.data ?? {}).some((it) => !ours.has(it))
}
