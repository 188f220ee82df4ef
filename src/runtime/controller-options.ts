import type { Client } from '../kube/client.ts'
import type { Kind } from '../kube/kind.ts'
import type { KubeObject, ObjectKey } from '../kube/object.ts'
import type { DeclaredStatus } from '../kube/served-schema.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { ControllerMetrics } from './controller-metrics.ts'
import type { EventRecorder } from './events.ts'
import type { Explain } from './explain.ts'
import type { Informer } from './informer.ts'
import type { Staleness } from './last-success.ts'
import type { Reconcile } from './reconcile.ts'
import type { Runner } from './runner.ts'
import type { Reconcilable } from './status-writer.ts'
import type { Change } from './store.ts'
import type { Watch } from './watch.ts'

/** The words of a first sight, as in Ready Unknown `Initializing`. */
interface FirstSight {
  readonly reason: string
  readonly message: string
}

/** How the status of a kind is written. */
interface StatusOptions<T, Fields> {
  /** All status fields that are this controller's, beside conditions and observedGeneration. */
  readonly fields: readonly (keyof Fields & string)[]
  /** Those that move with every refresh; alone they are written at most every ten minutes. */
  readonly volatile?: readonly (keyof Fields & string)[]
  /** What the served CRD lets a status hold; undefined is everything. */
  readonly declared?: () => DeclaredStatus | undefined
  /** For kinds whose last good result outlives a failure (LastSyncSucceeded, Stale); absent: Ready follows each run. */
  readonly staleness?: Staleness<T>
}

export interface ControllerOptions<T extends Reconcilable, Fields extends object> {
  /** The `controller` label of metrics, logs, Events and the field manager: `externalsecret`. */
  readonly name: string
  readonly kind: Kind
  readonly informer: Informer<T>
  readonly reconcile: Reconcile<T, Fields>
  readonly status: StatusOptions<T, Fields>
  readonly client: Client
  readonly events: EventRecorder
  readonly metrics: ControllerMetrics
  readonly log: Log
  readonly clock: Clock
  /** Other objects whose changes concern ours. */
  readonly watches?: readonly Watch[]
  /** Which changes of an object are worth a run; the default ignores those of the status alone. */
  readonly isRelevant?: (change: Change<T>) => boolean
  readonly maxConcurrent?: number
  /** Who shares a fate, such as a server that may fall silent; one group's slow runs hold up no other. Must not throw. */
  readonly groupOf?: (key: ObjectKey) => string
  /** For one run, status writes not included. */
  readonly timeoutMs?: number
  readonly backoff?: { readonly initialMs: number; readonly maxMs: number }
  readonly onGone?: (key: ObjectKey) => void
  readonly explain?: Explain
  /** What a first sight says of an object before anything is tried; absent: only a slow first attempt says it. */
  readonly initial?: FirstSight
  /** The peers' word for a failed attempt, for the Event's `action`. */
  readonly failureAction?: string
  readonly fieldManager?: string
}

/** What a controller needs whose runner writes the status itself. */
export interface RunControllerOptions<T extends KubeObject>
  extends Pick<
    ControllerOptions<T, object>,
    | 'name'
    | 'informer'
    | 'metrics'
    | 'log'
    | 'clock'
    | 'watches'
    | 'isRelevant'
    | 'maxConcurrent'
    | 'groupOf'
    | 'backoff'
  > {
  readonly runner: Runner<T>
}

export const defaultBackoff = { initialMs: 5000, maxMs: 300_000 } as const
export const defaultConcurrent = 10
export const defaultTimeoutMs = 120_000
