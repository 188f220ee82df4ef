import { failure } from '../api/reason.ts'
import { type ApiError, isInvalid } from '../kube/errors.ts'
import { secretKind } from '../kube/kind.ts'
import { keyOf } from '../kube/object.ts'
import type { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import { dataKeysOf, type SecretFacts } from './secret-facts.ts'
import { applyOver, type WritePorts, type Written } from './secret-writes.ts'
import {
  isMerged,
  longestDataBytes,
  managerOf,
  type SecretData,
  type SecretObject,
  type Target,
} from './target.ts'

/** True when the data was written before, and is to stay as it is. */
export function keepsData(target: Target, { dataKeys }: SecretFacts): boolean {
  return target.immutable === true && dataKeys.has(managerOf(target))
}

/** True for a refusal that an immutable Secret answers with. */
export function isOfImmutable(error: unknown): error is ApiError {
  return isInvalid(error) && (error.fields.includes('data') || error.fields.includes('immutable'))
}

interface Immutable {
  /** The resourceVersion from before. */
  readonly before: string
  /** What a write of the data was refused with, where one was tried. */
  readonly refusal?: ApiError
}

/**
 * Where the data of a Secret does not change any more, its labels, annotations and owner still do. What is to become
 * immutable keeps the data that it has, as with ESO. Throws Failure TargetImmutable when that is not what it should
 * be, and TargetRejected when a write was refused and the Secret is not immutable at all.
 */
export async function writeImmutable(
  target: Target,
  { before, refusal }: Immutable,
  ports: WritePorts,
  signal: AbortSignal,
): Promise<Written> {
  const live = await ports.client.get<SecretObject>(secretKind, target, { signal })
  if (refusal !== undefined && live.immutable !== true) throw tooLarge(target, refusal)
  const kept = { ...target, immutable: true, data: ourDataOf(target, live) }
  const object = await applyOver(kept, { force: true, at: live.metadata }, ports, signal)
  if (!isSame(target, live)) throw immutable(target)
  const { resourceVersion = '' } = object.metadata
  return { outcome: resourceVersion === before ? 'unchanged' : 'updated', resourceVersion }
}

/** The keys that are already ours stay ours, with the values they have. */
function ourDataOf(target: Target, live: SecretObject): SecretData {
  const ours = dataKeysOf(live.metadata.managedFields ?? []).get(managerOf(target)) ?? []
  const values = ours.map(
    (key) => [key, new Redacted<Uint8Array>(Buffer.from(live.data?.[key] ?? '', 'base64'))] as const,
  )
  return new Map(values)
}

function isSame(target: Target, { data: stored = {} }: SecretObject): boolean {
  const { data } = target
  const isAll = isMerged(target) || Object.keys(stored).length === data.size
  return isAll && [...data].every(([key, it]) => stored[key] === Buffer.from(it.reveal()).toString('base64'))
}

/** Our own data was measured before; what is refused is too much together with that of others. */
function tooLarge(target: Target, cause: ApiError): Failure {
  return failure(
    'TargetRejected',
    `Cannot write Secret "${keyOf(target)}": with the keys of others it would hold more than ${longestDataBytes} bytes; choose another spec.target.name`,
    { cause },
  )
}

function immutable(target: Target): Failure {
  return failure(
    'TargetImmutable',
    `Cannot write Secret "${keyOf(target)}": it is immutable, and its data is not what it should be now; delete it to have it made anew`,
  )
}
