import type { CloudOptions } from '../akeyless/clouds.ts'
import type { Refusals } from '../akeyless/refusals.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Controller } from '../runtime/controller.ts'
import type { EventRecorder } from '../runtime/events.ts'
import type { Guard } from '../runtime/guard.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Service } from '../runtime/manager.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { ApiServer } from './api-server.ts'
import type { ManagerFlags } from './flags.ts'

/** One half of the manager, joined and not yet started. */
export interface Half {
  readonly informers: readonly Informer<KubeObject>[]
  /** Those that keep no replica unready: what may be forbidden or absent for good. */
  readonly optional: readonly Informer<KubeObject>[]
  readonly services: readonly Service[]
  readonly controllers: readonly Controller[]
  readonly recorders: readonly EventRecorder[]
  /** Ends what is left when the manager has stopped. */
  close(): Promise<void>
}

/** What both halves are made of. */
export interface HalfOptions {
  readonly flags: ManagerFlags
  readonly api: ApiServer
  readonly metrics: Metrics
  readonly log: Log
  readonly clock: Clock
  readonly guard: Guard
  readonly signal: AbortSignal
  /** Refused logins at Akeyless, which counts those of both halves together. */
  readonly refusals: Refusals
  /** Stand-ins for the services of the clouds; for tests. */
  readonly clouds?: CloudOptions | undefined
}
