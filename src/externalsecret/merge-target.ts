import { type ExternalSecret, externalSecretKind } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import type { Client } from '../kube/client.ts'
import { isConflict, TransportError } from '../kube/errors.ts'
import { secretKind } from '../kube/kind.ts'
import { keyOf } from '../kube/object.ts'
import { ownerRepairOf } from './exactness.ts'
import { isOfImmutable, keepsData, writeImmutable } from './immutable-target.ts'
import { externalSecretManagerPrefix } from './names.ts'
import { isMergeable, refuseUnmergeable } from './refuse-foreign.ts'
import { type SecretFacts, secretFacts } from './secret-facts.ts'
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
import { managerOf, type SecretObject, type Target } from './target.ts'
import { targetNameOf } from './target-of.ts'

/**
 * Makes our keys hold what they should in a Secret that others have keys in too. What they wrote stays, and goes not
 * with ours; a key that both want is ours from then on, as the manifest says and as with ESO, but never one that
 * another ExternalSecret merged: the first of two keeps it.
 */
export async function mergeTarget(
  target: Target,
  known: SecretFacts | undefined,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  if (known === undefined) return makeOrMerge(target, ports, signal)
  await refuseUnmergeable(target, known, ports.client, signal)
  try {
    return await mergeInto(target, known, ports, signal)
  } catch (error) {
    if (!isOvertaken(error)) throw error
    return mergeIntoLive(target, ports, signal)
  }
}

async function makeOrMerge(target: Target, ports: WritePorts, signal: AbortSignal): Promise<Written> {
  if (target.policy === 'Merge') return mergeIntoLive(target, ports, signal)
  try {
    const { created, object } = await applyTarget(target, { force: false }, ports, signal)
    if (created) return await finished(target, object, ports, signal)
    if (isMergeable(target, object)) return await exact(target, object, '', ports, signal)
    await withdraw(target, object, ports, signal)
  } catch (error) {
    if (!isConflict(error) && !isOfImmutable(error)) throw error
  }
  return mergeIntoLive(target, ports, signal)
}

/** The cache was behind: looks at the Secret itself. One that is gone is left for the next attempt. */
async function mergeIntoLive(target: Target, ports: WritePorts, signal: AbortSignal): Promise<Written> {
  const live = await ports.client.find<SecretObject>(secretKind, target, { signal })
  if (live === undefined)
    throw new TransportError(`Secret "${keyOf(target)}" comes and goes while it is written`, 'ECHANGED')
  const facts = secretFacts(live)
  await refuseUnmergeable(target, facts, ports.client, signal)
  return mergeInto(target, facts, ports, signal)
}

async function mergeInto(
  target: Target,
  known: SecretFacts,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  const repair = ownerRepairOf(target, known.metadata)
  const at = repair === undefined ? known : secretFacts(await patchTarget(target, repair, ports, signal))
  const before = known.metadata.resourceVersion ?? ''
  if (keepsData(target, known)) return writeImmutable(target, { before }, ports, signal)
  try {
    return await exact(target, await applyBeside(target, at, ports, signal), before, ports, signal)
  } catch (error) {
    if (!isOfImmutable(error)) throw error
    return writeImmutable(target, { before, refusal: error }, ports, signal)
  }
}

/** Asks first whether anybody else wants what we want; only then is it taken, and counted as a fight. */
async function applyBeside(
  target: Target,
  { metadata, dataKeys }: SecretFacts,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<SecretObject> {
  try {
    return await applyOver(target, { force: false, at: metadata }, ports, signal)
  } catch (error) {
    if (!isConflict(error) || error.fields.length === 0) throw error
    await refuseNeighbours(target, dataKeys, ports.client, signal)
    ports.fights.record(target)
    return applyOver(target, { force: true, at: metadata }, ports, signal)
  }
}

/**
 * Two ExternalSecrets that want one key would take it from one another for ever. One that was deleted or renamed left
 * its keys, and its name on them: those are anybody's.
 */
async function refuseNeighbours(
  target: Target,
  dataKeys: SecretFacts['dataKeys'],
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  for (const [manager, keys] of dataKeys) {
    if (manager === managerOf(target) || !manager.startsWith(externalSecretManagerPrefix)) continue
    const key = keys.find((it) => target.data.has(it))
    if (key === undefined || !(await mayWrite(manager, target, client, signal))) continue
    throw failure(
      'TargetConflict',
      `Cannot write Secret "${keyOf(target)}": another ExternalSecret ("${manager}") wrote its key "${key}"; let only one of them write it`,
    )
  }
}

/** Whether the ExternalSecret behind a field manager is there and has this target; a digest in place of its name tells nothing. */
async function mayWrite(
  manager: string,
  { namespace, name }: Target,
  client: Client,
  signal: AbortSignal,
): Promise<boolean> {
  const writer = manager.slice(externalSecretManagerPrefix.length)
  if (writer.includes('/')) return true
  const live = await client.find<ExternalSecret>(externalSecretKind, { namespace, name: writer }, { signal })
  return live !== undefined && live.metadata.deletionTimestamp === undefined && targetNameOf(live) === name
}
