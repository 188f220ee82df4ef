import type { Clock } from '../std/clock.ts'
import { Course } from './course.ts'
import { guardedObserver } from './delivery.ts'
import { Follower } from './follower.ts'
import { KnownObjects } from './known-objects.ts'
import { ListAndWatch } from './list-and-watch.ts'
import type { KubeObject } from './object.ts'
import type { ReadyBell } from './ready-bell.ts'
import type { Reflector, ReflectorOptions } from './reflector.ts'
import { ReflectorHealth } from './reflector-health.ts'
import { defaultTiming, type ReflectorTiming } from './reflector-timing.ts'
import { RetryRest } from './retry-rest.ts'
import type { Transport } from './transport.ts'
import { Turns } from './turns.ts'
import { View } from './view.ts'
import { WatchEvents } from './watch-events.ts'
import { WatchReflector } from './watch-reflector.ts'

export interface ReflectorDeps {
  readonly transport: Transport
  readonly clock: Clock
  /** A number in [0, 1), for jitter. */
  readonly random: () => number
  /** Wakes this reflector when the API server is ready again; one for all reflectors of a transport. */
  readonly bell?: ReadyBell
}

export interface StartableReflector extends Reflector {
  /** Begins to list and watch; a second call, or one after `stop`, does nothing. */
  start(): void
}

/**
 * A reflector on the watch protocol of the Kubernetes API (API concepts, "Efficient detection of changes"; KEP-3157
 * for the first list). It tries for ever: nothing but `stop` ends it. `removed` of an object whose deletion was not
 * seen (another one of its name came instead) is told with its name, namespace, uid and resourceVersion only.
 */
export function createReflector<T extends KubeObject>(
  deps: ReflectorDeps,
  options: ReflectorOptions<T>,
  changedTiming: Partial<ReflectorTiming> = {},
): StartableReflector {
  const timing = { ...defaultTiming, ...changedTiming }
  const observer = guardedObserver(options.log, options.observer)
  const stopping = new AbortController()
  const synced = Promise.withResolvers<void>()
  const known = new KnownObjects()
  const { clock, random } = deps
  const shared = {
    ...deps,
    selection: options.selection,
    log: options.log,
    observer,
    timing,
    known,
    course: new Course(clock),
    rest: new RetryRest(clock, random, timing),
    turns: new Turns(clock, timing.sliceMs),
    stopping: stopping.signal,
  }
  const view = new View({ ...options, observer }, known)
  const health = new ReflectorHealth(shared)
  const events = new WatchEvents(shared)
  const connection = new ListAndWatch({ ...shared, view, health, events, onListed: synced.resolve })
  const follower = new Follower({ ...shared, health, connection })
  return new WatchReflector({ ...shared, health, follower, synced, stopping })
}
