import type { Applied, Client } from '../kube/client.ts'
import { isConflict, isInvalid, isNotFound } from '../kube/errors.ts'
import { secretKind } from '../kube/kind.ts'
import type { ObjectMeta } from '../kube/object.ts'
import { cleaningOf, finalizingOf, refuseAltered } from './exactness.ts'
import type { FightRecord } from './fights.ts'
import { applyOf, managerOf, type SecretObject, type Target, withdrawalOf } from './target.ts'

/** What a write did; `resourceVersion` tells our own echo on the watch from somebody's change. */
export interface Written {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly resourceVersion: string
}

export interface WritePorts {
  readonly client: Client
  readonly fights: FightRecord
}

/** Applies a target; with `at` on that version of that very Secret only. */
export function applyTarget(
  target: Target,
  { force, at }: { force: boolean; at?: ObjectMeta },
  { client }: WritePorts,
  signal: AbortSignal,
): Promise<Applied<SecretObject>> {
  const options = { fieldManager: managerOf(target), force, signal }
  return client.apply<SecretObject>(secretKind, applyOf(target, versionIn(at)), options)
}

/**
 * Applies to a Secret that is there. Taking back a type that was applied before would make it Opaque, which the API
 * server refuses: it stays.
 */
export async function applyOver(
  target: Target,
  how: { readonly force: boolean; readonly at: ObjectMeta },
  ports: WritePorts,
  signal: AbortSignal,
): Promise<SecretObject> {
  try {
    return (await applyTarget(target, how, ports, signal)).object
  } catch (error) {
    if (target.type !== undefined || !isInvalid(error) || !error.fields.includes('type')) throw error
    const { type = 'Opaque' } = await ports.client.get<SecretObject>(secretKind, target, { signal })
    return (await applyTarget({ ...target, type }, how, ports, signal)).object
  }
}

/** Changes by a merge patch what apply cannot. */
export function patchTarget(
  target: Target,
  change: object,
  { client }: WritePorts,
  signal: AbortSignal,
): Promise<SecretObject> {
  const options = { fieldManager: managerOf(target), signal }
  return client.mergePatch<SecretObject>(secretKind, target, change, options)
}

/**
 * True for a refusal that says that the Secret is not what it was taken for: another version of it or none (409, or 404
 * to a patch), or another one under its name (409, or 422 on the UID where no version was sent). Fields that others hold
 * are a 409 as well, of which only an apply without force hears.
 */
export function isOvertaken(error: unknown): boolean {
  return isConflict(error) || isNotFound(error) || (isInvalid(error) && error.fields.includes('metadata.uid'))
}

/** Takes back what was put on a Secret that turned out to be somebody else's; on one made since then there is nothing. */
export async function withdraw(
  target: Target,
  answer: SecretObject,
  { client }: WritePorts,
  signal: AbortSignal,
): Promise<void> {
  const options = { fieldManager: managerOf(target), force: false, signal }
  try {
    await client.apply(secretKind, withdrawalOf(target, answer.metadata.uid ?? ''), options)
  } catch (error) {
    if (!isOvertaken(error)) throw error
  }
}

/** A Secret that was made: what is not ours in it goes. */
export async function finished(
  target: Target,
  created: SecretObject,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  const { resourceVersion } = await exact(target, created, '', ports, signal)
  return { outcome: 'created', resourceVersion }
}

/** Removes what is not ours from what the API server answered. A change in between is a conflict. */
export async function exact(
  target: Target,
  answer: SecretObject,
  before: string,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  refuseAltered(target, answer)
  const cleaning = cleaningOf(target, answer)
  const clean = cleaning === undefined ? answer : await patchTarget(target, cleaning, ports, signal)
  const finalizing = finalizingOf(target, clean)
  const after = finalizing === undefined ? clean : await patchTarget(target, finalizing, ports, signal)
  const { resourceVersion = '' } = after.metadata
  return { outcome: resourceVersion === before ? 'unchanged' : 'updated', resourceVersion }
}

function versionIn(at: ObjectMeta | undefined): Pick<ObjectMeta, 'uid' | 'resourceVersion'> {
  const { uid, resourceVersion } = at ?? {}
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}
