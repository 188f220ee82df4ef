import type { Condition, ObjectKey } from '../kube/object.ts'
import type { NextStatus } from './next-status.ts'
import type { OwnStatus } from './own-status.ts'
import { PerObject } from './per-object.ts'
import type { Run } from './run.ts'
import type { ShellOptions } from './shell-options.ts'
import type { Outcome } from './status.ts'
import type { Reconcilable } from './status-writer.ts'
import { type Announcement, announcementOf } from './transition.ts'
import type { Wish } from './wish.ts'

type StatusRecordOptions<T extends Reconcilable, Fields extends object> = Pick<
  ShellOptions<T, Fields>,
  'name' | 'kind' | 'writer' | 'events' | 'metrics'
>

interface RecordOptions<Fields> {
  /** Absent: those on record stay. */
  readonly fields?: Partial<Fields>
  /** See `WriteStatusOptions`. */
  readonly mayWait?: boolean
}

/** Puts outcomes on record: in one status write, one Event per transition, and the metrics of conditions. */
export class StatusRecord<T extends Reconcilable, Fields extends object> {
  readonly #options: StatusRecordOptions<T, Fields>
  readonly #next: NextStatus<T>
  /** The conditions before a write that failed and may have been done all the same: nobody was told of it. */
  readonly #untold = new PerObject<readonly Condition[]>()

  constructor(options: StatusRecordOptions<T, Fields>, next: NextStatus<T>) {
    this.#options = options
    this.#next = next
  }

  /** Writes the status and tells of a transition. Gives a wish when the run ends here: gone, stopped, not written. */
  async put(
    run: Run<T>,
    outcome: Outcome,
    announcement: Announcement,
    { fields, mayWait = false }: RecordOptions<Fields> = {},
  ): Promise<Wish | undefined> {
    const { object, signal } = run
    const { writer } = this.#options
    const known = writer.own(object).conditions
    const untold = this.#untold.get(object.metadata)
    const statusOf = (own: OwnStatus<Partial<Fields>>) => this.#next.after(outcome, object, own, fields)
    try {
      const written = await writer.write(object, statusOf, { signal, mayWait })
      if (written.kind === 'gone') return { kind: 'drop' }
      this.#told(run, announcement, untold ?? written.before.conditions, written.status.conditions)
      return undefined
    } catch (error) {
      this.#untold.set(object.metadata, untold ?? known)
      return notRecorded(run, error)
    }
  }

  announce(object: T, announcement: Announcement): void {
    const { events, kind, name } = this.#options
    events.record({ controller: name, kind, object, ...announcement })
  }

  forget(key: ObjectKey): void {
    this.#untold.forget(key)
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
    if (transition !== undefined) this.announce(object, transition)
  }
}

function notRecorded({ signal, log }: Run<unknown>, error: unknown): Wish {
  if (signal.aborted) return { kind: 'drop' }
  log.warn({ err: error }, 'Cannot write status')
  return { kind: 'retry', atLeastMs: 0, atMostMs: Number.POSITIVE_INFINITY }
}
