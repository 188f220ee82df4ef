import { randomUUID } from 'node:crypto'
import { isForbidden } from '../kube/errors.ts'
import type { Kind } from '../kube/kind.ts'
import { type Condition, type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import type { Failure } from '../std/failure.ts'
import type { Log } from '../std/log.ts'
import { type Attempt, attempt } from './attempt.ts'
import type { ControllerMetrics } from './controller-metrics.ts'
import type { EventRecorder } from './events.ts'
import type { Explain } from './explain.ts'
import type { Informer } from './informer.ts'
import { LastSuccess, type Staleness } from './last-success.ts'
import type { OwnStatus } from './own-status.ts'
import { PerObject } from './per-object.ts'
import { mayShowProgress, ProgressTimer } from './progress.ts'
import {
  type Context,
  type Done,
  type Ignored,
  type Reconcile,
  type Resting,
  type Suspended,
  settled,
} from './reconcile.ts'
import { conditionNamed, conditionsAfter, holdsGoodResult, type Outcome } from './status.ts'
import type { Reconcilable, StatusWriter } from './status-writer.ts'
import { type Announcement, announcementOf } from './transition.ts'
import { effectOf, type Wish } from './wish.ts'

const startingUpMs = 10_000

/** The words of a first sight, as in Ready Unknown `Initializing`. */
export interface FirstSight {
  readonly reason: string
  readonly message: string
}

export interface ShellOptions<T extends Reconcilable, Fields extends object> {
  readonly name: string
  readonly kind: Kind
  readonly informer: Pick<Informer<T>, 'liveMs'>
  readonly reconcile: Reconcile<T, Fields>
  readonly writer: StatusWriter<T, Fields>
  readonly events: EventRecorder
  readonly metrics: ControllerMetrics
  readonly log: Log
  readonly clock: Clock
  readonly timeoutMs: number
  readonly graceMs: number
  /** The peers' word for a failed attempt, for the Event's `action`. */
  readonly failureAction: string
  readonly explain?: Explain | undefined
  /** Written before the first attempt, when nothing was ever said of the object. */
  readonly initial?: FirstSight | undefined
  /** Present for kinds whose last good result outlives a failure. */
  readonly staleness?: Staleness<T> | undefined
}

/** What every step of one run needs. */
interface Run<T> {
  readonly object: T
  readonly key: ObjectKey
  readonly failures: number
  readonly log: Log
  readonly signal: AbortSignal
}

type Finished<Fields> = Exclude<Attempt<Fields>, { kind: 'stopped' }>

/**
 * Turns verdicts and errors into what the world sees: conditions, one status write, one Event per transition,
 * metrics, the next wake-up. Reconcilers do none of this.
 */
export class Shell<T extends Reconcilable, Fields extends object> {
  readonly #options: ShellOptions<T, Fields>
  readonly #lastSuccess: LastSuccess<T>
  /** The conditions before a write that failed and may have been done all the same: nobody was told of it. */
  readonly #untold = new PerObject<readonly Condition[]>()

  constructor(options: ShellOptions<T, Fields>) {
    this.#options = options
    this.#lastSuccess = new LastSuccess(options.clock, options.staleness)
  }

  /** Runs the reconciler on an object once. Never rejects; nothing is written once `signal` is aborted. */
  async run(object: T, { failures, signal }: { failures: number; signal: AbortSignal }): Promise<Wish> {
    const { log, writer, clock, metrics } = this.#options
    const key = keyOf(object.metadata)
    const run = { object, key, failures, signal, log: log.child({ key, reconcileId: randomUUID() }) }
    const startMs = clock.monotonic()
    await writer.resolve(object, signal)
    const attempt = await this.#attempt({ ...run, object: writer.newest(object) })
    if (attempt.kind === 'stopped' || isGone(attempt)) return { kind: 'drop' }
    const wish = await this.#settle(run, attempt)
    metrics.ran({
      key,
      ...effectOf(attempt, wish),
      tookMs: clock.monotonic() - startMs,
      timedOut: attempt.timedOut,
    })
    return wish
  }

  /** The newest conditions that are known of an object. */
  conditionsOf(object: T): readonly Condition[] {
    return this.#options.writer.own(object).conditions
  }

  /** The cache has this state of an object by now. */
  seen(object: T): void {
    this.#options.writer.seen(object)
  }

  /** Forgets an object that is gone. */
  gone(key: ObjectKey): void {
    this.#options.writer.forget(key)
    this.#lastSuccess.forget(key)
    this.#untold.forget(key)
    this.#options.metrics.gone(key)
  }

  async #attempt(run: Run<T>): Promise<Attempt<Fields>> {
    const { clock, timeoutMs, graceMs, explain, reconcile, initial } = this.#options
    if (initial !== undefined && !this.#wasSeen(run.object)) await this.#showProgress(run)
    const progress = new ProgressTimer(clock, () => this.#showProgress(run))
    try {
      const limits = { signal: run.signal, timeoutMs, graceMs, clock, explain }
      return await attempt((signal) => reconcile(run.object, this.#context(run, signal, progress)), limits)
    } finally {
      await progress.end()
    }
  }

  #wasSeen(object: T): boolean {
    return conditionNamed(this.conditionsOf(object), 'Ready') !== undefined
  }

  #context(run: Run<T>, signal: AbortSignal, progress: ProgressTimer): Context<Fields> {
    const { key, log, failures, object } = run
    const checkpoint = (fields: Fields) =>
      progress.inTurn(async () => {
        const { writer, kind } = this.#options
        const written = await writer.write(object, (own) => ({ ...own, fields }), { signal })
        if (written.kind === 'gone')
          throw new ObjectGone(`Cannot write checkpoint of ${kind.kind} ${key}: it is gone`)
      })
    return { key, signal, log, failures, checkpoint }
  }

  /** A slow first attempt shows that it is under way. */
  async #showProgress({ object, signal, log }: Run<T>): Promise<void> {
    const outcome: Outcome = { kind: 'progressing', why: this.#options.initial }
    const statusOf = (own: OwnStatus<Partial<Fields>>) =>
      mayShowProgress(own.conditions, object.metadata.generation)
        ? this.#statusAfter(outcome, object, own)
        : own
    if (signal.aborted) return
    try {
      await this.#options.writer.write(object, statusOf, { signal })
    } catch (error) {
      log.debug({ err: error }, 'Cannot show progress')
    }
  }

  async #settle(run: Run<T>, attempt: Finished<Fields>): Promise<Wish> {
    if (attempt.kind === 'failed') return this.#failed(run, attempt)
    const { verdict } = attempt
    if (verdict.kind === 'ignored') return this.#ignored(run, verdict)
    if (verdict.kind === 'resting') return this.#resting(run, verdict)
    if (verdict.kind === 'suspended') return this.#suspended(run, verdict)
    return this.#done(run, verdict)
  }

  #ignored({ key, log }: Run<T>, { why }: Ignored): Wish {
    log.debug({ why }, 'Object ignored')
    this.gone(key)
    return { kind: 'next', next: { kind: 'settled' } }
  }

  /** After a restart this is all that tells metrics of an object in good order. */
  #resting({ key, log, object }: Run<T>, { why, next }: Resting): Wish {
    log.debug({ why }, 'Nothing is due')
    this.#options.metrics.conditions(key, this.#options.writer.own(object).conditions)
    return { kind: 'next', next }
  }

  async #suspended(run: Run<T>, { message, next = settled }: Suspended): Promise<Wish> {
    const outcome: Outcome = { kind: 'suspended', message }
    const announcement = { type: 'Normal', reason: 'Suspended', action: 'Suspended', message } as const
    const wish = await this.#record(run, outcome, announcement)
    return wish ?? { kind: 'next', next }
  }

  async #done(run: Run<T>, verdict: Done<Fields>): Promise<Wish> {
    const { reason, message, action, fields, unchanged = false } = verdict
    for (const note of verdict.notes ?? []) this.#announce(run.object, note)
    this.#lastSuccess.note(run.object)
    this.#options.metrics.synced(run.key, { isSuccess: true, reason, atMs: this.#options.clock.now() })
    const outcome: Outcome = { kind: 'done', reason, message, warning: verdict.warning }
    const announcement = { type: 'Normal', reason, action, message } as const
    const wish = await this.#record(run, outcome, announcement, { fields, mayWait: unchanged })
    return wish ?? { kind: 'next', next: verdict.next }
  }

  async #failed(run: Run<T>, { failure, isDefect }: { failure: Failure; isDefect: boolean }): Promise<Wish> {
    const { reason, message, lastGoodIsGone } = failure
    const userMustAct = failure.userMustAct && !this.#mayBeStartingUp(failure)
    logFailure(run.log, failure, isDefect)
    const { metrics, clock, failureAction } = this.#options
    metrics.synced(run.key, { isSuccess: false, reason, atMs: clock.now() })
    const outcome: Outcome = { kind: 'failed', reason, message, userMustAct, lastGoodIsGone }
    const announcement = { type: 'Warning', reason, action: failureAction, message } as const
    const wish = await this.#record(run, outcome, announcement)
    return wish ?? this.#retry(run.object, failure)
  }

  /** An API server that has just started refuses for a moment what it grants: its 403 is not yet believed. */
  #mayBeStartingUp({ cause }: Failure): boolean {
    return isForbidden(cause) && this.#options.informer.liveMs() < startingUpMs
  }

  /**
   * Writes the status and tells of a transition; without `fields` those on record stay. Gives a wish when the run ends
   * here: gone, stopped, not written.
   */
  async #record(
    run: Run<T>,
    outcome: Outcome,
    announcement: Announcement,
    { fields, mayWait = false }: { fields?: Partial<Fields>; mayWait?: boolean } = {},
  ): Promise<Wish | undefined> {
    const { object, signal } = run
    const { metadata } = object
    const known = this.conditionsOf(object)
    const untold = this.#untold.get(metadata)
    const statusOf = (own: OwnStatus<Partial<Fields>>) => this.#statusAfter(outcome, object, own, fields)
    try {
      const written = await this.#options.writer.write(object, statusOf, { signal, mayWait })
      if (written.kind === 'gone') return { kind: 'drop' }
      this.#told(run, announcement, untold ?? written.before.conditions, written.status.conditions)
      return undefined
    } catch (error) {
      this.#untold.set(metadata, untold ?? known)
      return this.#notRecorded(run, error)
    }
  }

  #told(
    { object, key }: Run<T>,
    announcement: Announcement,
    before: readonly Condition[],
    after: readonly Condition[],
  ): void {
    this.#untold.forget(key)
    this.#options.metrics.conditions(key, after)
    const transition = announcementOf(announcement, before, after)
    if (transition !== undefined) this.#announce(object, transition)
  }

  #notRecorded({ signal, log }: Run<T>, error: unknown): Wish {
    if (signal.aborted) return { kind: 'drop' }
    log.warn({ err: error }, 'Cannot write status')
    return { kind: 'retry', atLeastMs: 0, atMostMs: Number.POSITIVE_INFINITY }
  }

  /** A failure that leaves a good result standing is looked at again when that becomes stale, at the latest. */
  #retry(object: T, failure: Failure): Wish {
    const { writer, clock, staleness } = this.#options
    const { conditions: previous } = writer.own(object)
    const isHeld = holdsGoodResult({
      previous,
      generation: object.metadata.generation,
      keepsLastGood: staleness !== undefined,
    })
    const staleAtMs = isHeld ? this.#lastSuccess.staleAtMs(object, previous) : undefined
    const atMostMs = staleAtMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, staleAtMs - clock.now())
    return { kind: 'retry', atLeastMs: failure.retryAfterMs ?? 0, atMostMs }
  }

  #statusAfter(
    outcome: Outcome,
    object: T,
    { conditions: previous, fields: there }: OwnStatus<Partial<Fields>>,
    fields = there,
  ): OwnStatus<Partial<Fields>> {
    const { generation } = object.metadata
    const conditions = conditionsAfter(outcome, {
      previous,
      generation,
      nowMs: this.#options.clock.now(),
      keepsLastGood: this.#options.staleness !== undefined,
      staleAtMs: this.#lastSuccess.staleAtMs(object, previous),
    })
    return { observedGeneration: generation, conditions, fields }
  }

  #announce(object: KubeObject, announcement: Announcement): void {
    const { events, kind, name } = this.#options
    events.record({ controller: name, kind, object, ...announcement })
  }
}

/** The object of a run is gone: nothing can be put on record any more, and nobody needs to be told. */
class ObjectGone extends Error {
  override readonly name = 'ObjectGone'
}

function isGone(attempt: Finished<unknown>): boolean {
  return attempt.kind === 'failed' && attempt.failure.cause instanceof ObjectGone
}

function logFailure(log: Log, failure: Failure, isDefect: boolean): void {
  if (isDefect) return log.error({ err: failure.cause }, 'Reconcile broke: this is a defect of the manager')
  log.warn({ reason: failure.reason, detail: failure.message }, 'Reconcile failed')
}
