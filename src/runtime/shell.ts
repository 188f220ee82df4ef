import { randomUUID } from 'node:crypto'
import { type Condition, keyOf, type ObjectKey } from '../kube/object.ts'
import type { Attempt } from './attempt.ts'
import { NextStatus } from './next-status.ts'
import type { Ignored } from './reconcile.ts'
import type { Run } from './run.ts'
import { Settlement } from './settlement.ts'
import type { ShellOptions } from './shell-options.ts'
import { StatusRecord } from './status-record.ts'
import type { Reconcilable } from './status-writer.ts'
import { isGone, VisibleAttempts } from './visible-attempts.ts'
import { effectOf, type Wish } from './wish.ts'

/**
 * Turns verdicts and errors into what the world sees: conditions, one status write, one Event per transition,
 * metrics, the next wake-up. Reconcilers do none of this.
 */
export class Shell<T extends Reconcilable, Fields extends object> {
  readonly #options: ShellOptions<T, Fields>
  readonly #next: NextStatus<T>
  readonly #record: StatusRecord<T, Fields>
  readonly #attempts: VisibleAttempts<T, Fields>
  readonly #settlement: Settlement<T, Fields>

  constructor(options: ShellOptions<T, Fields>) {
    this.#options = options
    this.#next = new NextStatus(options.clock, options.staleness)
    this.#record = new StatusRecord(options, this.#next)
    this.#attempts = new VisibleAttempts(options, this.#next)
    this.#settlement = new Settlement(options, this.#record, this.#next)
  }

  /** Runs the reconciler on an object once. Never rejects; nothing is written once `signal` is aborted. */
  async run(object: T, { failures, signal }: { failures: number; signal: AbortSignal }): Promise<Wish> {
    const { log, writer, clock, metrics } = this.#options
    const key = keyOf(object.metadata)
    const run = { object, key, failures, signal, log: log.child({ key, reconcileId: randomUUID() }) }
    const startMs = clock.monotonic()
    await writer.resolve(object, signal)
    const attempt = await this.#attempts.once({ ...run, object: writer.newest(object) })
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

  /** True when another leader turned the status into what it is now. */
  wasOvertaken(before: T, now: T): boolean {
    return this.#options.writer.wasOvertaken(before, now)
  }

  /** Forgets an object that is gone. */
  gone(key: ObjectKey): void {
    this.#options.writer.forget(key)
    this.#next.forget(key)
    this.#record.forget(key)
    this.#options.metrics.gone(key)
  }

  #settle(run: Run<T>, attempt: Exclude<Attempt<Fields>, { kind: 'stopped' }>): Wish | Promise<Wish> {
    if (attempt.kind === 'failed') return this.#settlement.failed(run, attempt)
    const { verdict } = attempt
    if (verdict.kind === 'ignored') return this.#ignored(run, verdict)
    return this.#settlement.decided(run, verdict)
  }

  #ignored({ key, log }: Run<T>, { why }: Ignored): Wish {
    log.debug({ why }, 'Object ignored')
    this.gone(key)
    return { kind: 'next', next: { kind: 'settled' } }
  }
}
