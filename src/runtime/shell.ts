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
import type { OwnStatus, Reconcilable, StatusWriter } from './status-writer.ts'
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
    const attempt = await this.#attempt({ ...run, object: writer.newest(object) })
    if (attempt.kind === 'stopped') return { kind: 'drop' }
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
        const { observedGeneration, conditions } = this.#options.writer.own(object)
        const result = await this.#options.writer.write(
          object,
          { observedGeneration, conditions, fields },
          { signal },
        )
        if (result === 'gone')
          throw new Error(`Cannot write checkpoint of ${this.#options.kind.kind} ${key}: it is gone`)
      })
    return { key, signal, log, failures, checkpoint }
  }

  /** A slow first attempt shows that it is under way. */
  async #showProgress({ object, signal, log }: Run<T>): Promise<void> {
    const { writer } = this.#options
    const before = writer.own(object)
    const { generation } = object.metadata
    if (signal.aborted || !mayShowProgress(before.conditions, generation)) return
    const outcome: Outcome = { kind: 'progressing', why: this.#options.initial }
    const conditions = this.#conditionsAfter(outcome, object, before.conditions)
    try {
      await writer.write(
        object,
        { observedGeneration: generation, conditions, fields: before.fields },
        { signal },
      )
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
    const wish = await this.#record(run, outcome, announcement, this.#options.writer.own(run.object).fields)
    return wish ?? { kind: 'next', next }
  }

  async #done(run: Run<T>, verdict: Done<Fields>): Promise<Wish> {
    const { reason, message, action, fields, unchanged = false } = verdict
    for (const note of verdict.notes ?? []) this.#announce(run.object, note)
    this.#lastSuccess.note(run.object)
    this.#options.metrics.synced(run.key, { isSuccess: true, reason, atMs: this.#options.clock.now() })
    const outcome: Outcome = { kind: 'done', reason, message, warning: verdict.warning }
    const announcement = { type: 'Normal', reason, action, message } as const
    const wish = await this.#record(run, outcome, announcement, fields, unchanged)
    return wish ?? { kind: 'next', next: verdict.next }
  }

  async #failed(run: Run<T>, { failure, isDefect }: { failure: Failure; isDefect: boolean }): Promise<Wish> {
    const { reason, message } = failure
    const userMustAct = failure.userMustAct && !this.#mayBeStartingUp(failure)
    logFailure(run.log, failure, isDefect)
    const { metrics, writer, clock, failureAction } = this.#options
    metrics.synced(run.key, { isSuccess: false, reason, atMs: clock.now() })
    const outcome: Outcome = { kind: 'failed', reason, message, userMustAct }
    const announcement = { type: 'Warning', reason, action: failureAction, message } as const
    const wish = await this.#record(run, outcome, announcement, writer.own(run.object).fields)
    return wish ?? this.#retry(run.object, failure)
  }

  /** An API server that has just started refuses for a moment what it grants: its 403 is not yet believed. */
  #mayBeStartingUp({ cause }: Failure): boolean {
    return isForbidden(cause) && this.#options.informer.liveMs() < startingUpMs
  }

  /** Writes the status and tells of a transition. Gives a wish when the run ends here: gone, stopped, not written. */
  async #record(
    run: Run<T>,
    outcome: Outcome,
    announcement: Announcement,
    fields: Partial<Fields>,
    mayWait = false,
  ): Promise<Wish | undefined> {
    const { writer, metrics } = this.#options
    const { object, signal, key } = run
    const previous = writer.own(object).conditions
    const conditions = this.#conditionsAfter(outcome, object, previous)
    const status: OwnStatus<Partial<Fields>> = {
      observedGeneration: object.metadata.generation,
      conditions,
      fields,
    }
    try {
      const result = await writer.write(object, status, { signal, mayWait })
      if (result === 'gone') return { kind: 'drop' }
    } catch (error) {
      return this.#notRecorded(run, error)
    }
    metrics.conditions(key, conditions)
    const transition = announcementOf(announcement, previous, conditions)
    if (transition !== undefined) this.#announce(object, transition)
    return undefined
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

  #conditionsAfter(outcome: Outcome, object: T, previous: readonly Condition[]): readonly Condition[] {
    return conditionsAfter(outcome, {
      previous,
      generation: object.metadata.generation,
      nowMs: this.#options.clock.now(),
      keepsLastGood: this.#options.staleness !== undefined,
      staleAtMs: this.#lastSuccess.staleAtMs(object, previous),
    })
  }

  #announce(object: KubeObject, announcement: Announcement): void {
    const { events, kind, name } = this.#options
    events.record({ controller: name, kind, object, ...announcement })
  }
}

function logFailure(log: Log, failure: Failure, isDefect: boolean): void {
  if (isDefect) return log.error({ err: failure.cause }, 'Reconcile broke: this is a defect of the manager')
  log.warn({ reason: failure.reason, detail: failure.message }, 'Reconcile failed')
}
