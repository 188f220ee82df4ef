import type { ControllerOptions } from './controller-options.ts'
import type { Informer } from './informer.ts'
import type { Staleness } from './last-success.ts'
import type { Reconcilable, StatusWriter } from './status-writer.ts'

type FromController =
  | 'name'
  | 'kind'
  | 'reconcile'
  | 'events'
  | 'metrics'
  | 'log'
  | 'clock'
  | 'explain'
  | 'initial'

export interface ShellOptions<T extends Reconcilable, Fields extends object>
  extends Pick<ControllerOptions<T, Fields>, FromController> {
  readonly informer: Pick<Informer<T>, 'liveMs'>
  readonly writer: StatusWriter<T, Fields>
  readonly timeoutMs: number
  readonly graceMs: number
  readonly failureAction: string
  /** Present for kinds whose last good result outlives a failure. */
  readonly staleness?: Staleness<T> | undefined
}
