import { isForbidden } from '../kube/errors.ts'
import type { Failure } from '../std/failure.ts'
import type { Log } from '../std/log.ts'
import type { Attempt } from './attempt.ts'
import type { NextStatus } from './next-status.ts'
import { type Done, type Resting, type Suspended, settled, type Verdict } from './reconcile.ts'
import type { Run } from './run.ts'
import type { ShellOptions } from './shell-options.ts'
import type { Outcome } from './status.ts'
import type { StatusRecord } from './status-record.ts'
import type { Reconcilable } from './status-writer.ts'
import type { Wish } from './wish.ts'

type SettlementOptions<T extends Reconcilable, Fields extends object> = Pick<
  ShellOptions<T, Fields>,
  'informer' | 'writer' | 'metrics' | 'clock' | 'failureAction'
>
type Failed = Extract<Attempt<never>, { kind: 'failed' }>
type Settled<Fields> = Exclude<Verdict<Fields>, { kind: 'ignored' }>

const startingUpMs = 10_000

/** Says what an attempt came to, in outcome, Event and metrics, and when the object is looked at again. */
export class Settlement<T extends Reconcilable, Fields extends object> {
  readonly #options: SettlementOptions<T, Fields>
  readonly #record: StatusRecord<T, Fields>
  readonly #next: NextStatus<T>

  constructor(options: SettlementOptions<T, Fields>, record: StatusRecord<T, Fields>, next: NextStatus<T>) {
    this.#options = options
    this.#record = record
    this.#next = next
  }

  async decided(run: Run<T>, verdict: Settled<Fields>): Promise<Wish> {
    if (verdict.kind === 'resting') return this.#resting(run, verdict)
    if (verdict.kind === 'suspended') return this.#suspended(run, verdict)
    return this.#done(run, verdict)
  }

  async failed(run: Run<T>, { failure, isDefect }: Failed): Promise<Wish> {
    const { reason, message, lastGoodIsGone } = failure
    const userMustAct = failure.userMustAct && !this.#mayBeStartingUp(failure)
    logFailure(run.log, failure, isDefect)
    const { metrics, clock, failureAction } = this.#options
    metrics.synced(run.key, { isSuccess: false, reason, atMs: clock.now() })
    const outcome: Outcome = { kind: 'failed', reason, message, userMustAct, lastGoodIsGone }
    const announcement = { type: 'Warning', reason, action: failureAction, message } as const
    const wish = await this.#record.put(run, outcome, announcement)
    return wish ?? this.#retry(run.object, failure)
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
    const wish = await this.#record.put(run, outcome, announcement)
    return wish ?? { kind: 'next', next }
  }

  async #done(run: Run<T>, verdict: Done<Fields>): Promise<Wish> {
    const { reason, message, action, fields, unchanged = false } = verdict
    for (const note of verdict.notes ?? []) this.#record.announce(run.object, note)
    this.#next.succeeded(run.object)
    this.#options.metrics.synced(run.key, { isSuccess: true, reason, atMs: this.#options.clock.now() })
    const outcome: Outcome = { kind: 'done', reason, message, warning: verdict.warning }
    const announcement = { type: 'Normal', reason, action, message } as const
    const wish = await this.#record.put(run, outcome, announcement, { fields, mayWait: unchanged })
    return wish ?? { kind: 'next', next: verdict.next }
  }

  /** An API server that has just started refuses for a moment what it grants: its 403 is not yet believed. */
  #mayBeStartingUp({ cause }: Failure): boolean {
    return isForbidden(cause) && this.#options.informer.liveMs() < startingUpMs
  }

  /** A failure that leaves a good result standing is looked at again when that becomes stale, at the latest. */
  #retry(object: T, { retryAfterMs: atLeastMs = 0 }: Failure): Wish {
    const atMostMs = this.#next.standsForMs(object, this.#options.writer.own(object))
    return { kind: 'retry', atLeastMs, atMostMs }
  }
}

function logFailure(log: Log, failure: Failure, isDefect: boolean): void {
  if (isDefect) return log.error({ err: failure.cause }, 'Reconcile broke: this is a defect of the manager')
  log.warn({ reason: failure.reason, detail: failure.message }, 'Reconcile failed')
}
