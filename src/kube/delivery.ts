import type { Log } from '../std/log.ts'
import { compacted } from './compact.ts'
import type { KubeObject, ObjectMeta } from './object.ts'
import type { ReflectorObserver, ReflectorOptions, Sink } from './reflector.ts'

/** Hands objects to the sink in the form it asked for; whatever sink or transform throw ends here. */
export interface Delivery<T extends KubeObject> {
  /** The object as the sink gets it; undefined when the transform threw. */
  prepare(object: KubeObject): T | undefined
  replaced(objects: readonly T[]): void
  updated(object: T): void
  removed(object: T): void
  /** For an object whose removal was not seen: all that is left of it is its name, uid and resourceVersion. */
  removedUnseen(metadata: ObjectMeta): void
}

/** Logs and counts what is thrown (`SINK`, `TRANSFORM`) and goes on with the next object. */
export function createDelivery<T extends KubeObject>(options: ReflectorOptions<T>): Delivery<T> {
  const { sink, log, observer, transform } = options
  const guarded = (call: () => void) => tried(log, 'Sink threw', () => observer?.failed('SINK'), call)
  return {
    prepare(object) {
      let prepared: T | undefined
      tried(
        log,
        'Transform threw',
        () => observer?.failed('TRANSFORM'),
        () => {
          prepared = compacted(transform === undefined ? (object as T) : transform(object))
        },
      )
      return prepared
    },
    replaced: (objects) => guarded(() => sink.replaced(objects)),
    updated: (object) => guarded(() => sink.updated(object)),
    removed: (object) => guarded(() => sink.removed(object)),
    removedUnseen: (metadata) => guarded(() => removeUnseen(sink, metadata)),
  }
}

/** The observer, or none, as one that never throws: what it throws is logged. */
export function guardedObserver(log: Log, observer: ReflectorObserver | undefined): ReflectorObserver {
  const guarded = (call: () => void) => tried(log, 'Observer threw', () => undefined, call)
  return {
    listed: (count) => guarded(() => observer?.listed(count)),
    event: (type) => guarded(() => observer?.event(type)),
    failed: (cause) => guarded(() => observer?.failed(cause)),
    stateChanged: (state) => guarded(() => observer?.stateChanged(state)),
  }
}

function tried(log: Log, message: string, onError: () => void, call: () => void): void {
  try {
    call()
  } catch (error) {
    log.error({ err: error }, message)
    onError()
  }
}

function removeUnseen<T extends KubeObject>(sink: Sink<T>, metadata: ObjectMeta): void {
  // The sink finds what it holds by key; nothing else of the object was kept here.
  sink.removed({ metadata } as T)
}
