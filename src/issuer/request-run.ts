import { isDeepStrictEqual } from 'node:util'
import type { KubeObject, ObjectKey } from '../kube/object.ts'
import type { Wish } from '../runtime/wish.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { IssuerName } from './issuer-name.ts'
import type { Readiness } from './issuer-readiness.ts'
import type { Memory } from './request-memory.ts'

/** What every step of one run needs. */
export interface Run {
  readonly key: ObjectKey
  readonly log: Log
  readonly signal: AbortSignal
  readonly memory: Memory
}

export type Ready = Extract<Readiness, { kind: 'ready' }>

/** A request that its issuer may sign now. */
export interface Signing<T> {
  readonly request: T
  readonly name: IssuerName
  readonly ready: Ready
}

/** Of one run; somebody who writes a request without end gets the next turn. */
export const mostChanges = 5

export const settled: Wish = { kind: 'next', next: { kind: 'settled' } }
export const retry: Wish = { kind: 'retry', atLeastMs: 0, atMostMs: Number.POSITIVE_INFINITY }

/** A wake-up of the issuer or an annotation is no reason to ask the CA before its time. */
export function isTooEarly({ memory }: Run, clock: Clock): boolean {
  return memory.pollAtMs !== undefined && memory.pollAtMs > clock.monotonic()
}

/** Looks again when the CA is to be asked. */
export function pollLater({ memory }: Run, clock: Clock): Wish {
  const afterMs = Math.max(0, (memory.pollAtMs ?? 0) - clock.monotonic())
  return { kind: 'next', next: { kind: 'again', afterMs } }
}

/**
 * For how long the CA is still left alone because it asked for that. A new configuration may mean another CA, and an
 * annotation is a person's wish (W2).
 */
export function restOf<T extends KubeObject>(
  { request, ready }: Signing<T>,
  { memory: { rest } }: Run,
  clock: Clock,
): number {
  const isSame = rest?.signer === ready.opened && isDeepStrictEqual(rest.annotations, annotationsOf(request))
  return isSame ? rest.untilMs - clock.monotonic() : 0
}

/** Leaves the CA alone for so long. */
export function restFor<T extends KubeObject>(
  { request, ready }: Signing<T>,
  { memory }: Run,
  untilMs: number,
): void {
  memory.rest = { signer: ready.opened, annotations: annotationsOf(request), untilMs }
}

function annotationsOf({ metadata }: KubeObject): Readonly<Record<string, string>> {
  return metadata.annotations ?? {}
}

/** When a request was made, in wall-clock time; 0 when it does not say. */
export function createdMs({ metadata }: KubeObject): number {
  const ms = Date.parse(metadata.creationTimestamp ?? '')
  return Number.isNaN(ms) ? 0 : ms
}
