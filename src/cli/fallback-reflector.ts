import type { KubeObject } from '../kube/object.ts'
import type { Reflector, ReflectorObserver, ReflectorState, Sink } from '../kube/reflector.ts'

type Started = Reflector & { start(): void }
type Make<T extends KubeObject> = (sink: Sink<T>, observer: ReflectorObserver) => Started

export interface FallbackOptions<T extends KubeObject> {
  /** Follows by field selector. */
  readonly selected: Make<T>
  /** Follows everything. */
  readonly whole: Make<T>
  /** What the selector would have let through. */
  readonly isOurs: (object: T) => boolean
  readonly onFallback: () => void
}

/** How the API server answers a field selector that the kind does not know. */
const unknownField = '400'

/**
 * A reflector for kinds whose older CRDs have no selectable fields (cert-manager before 1.20): where the API server
 * refuses the selector before it ever delivered, everything is followed, and what is not ours goes no further.
 */
export function fallbackReflector<T extends KubeObject>(
  options: FallbackOptions<T>,
  sink: Sink<T>,
  observer: ReflectorObserver,
): Started {
  return new FallbackReflector(options, sink, observer)
}

class FallbackReflector<T extends KubeObject> implements Started {
  readonly synced: Promise<void>
  readonly #synced = Promise.withResolvers<void>()
  readonly #options: FallbackOptions<T>
  readonly #sink: Sink<T>
  readonly #observer: ReflectorObserver
  #current: Started
  #left: Promise<void> | undefined
  #hasDelivered = false
  #isStopped = false

  constructor(options: FallbackOptions<T>, sink: Sink<T>, observer: ReflectorObserver) {
    this.#options = options
    this.#sink = sink
    this.#observer = observer
    this.synced = this.#synced.promise
    this.synced.catch(() => undefined)
    const failed = (cause: string) => {
      observer.failed(cause)
      if (cause === unknownField && !this.#hasDelivered) this.#fallBack()
    }
    this.#current = options.selected(this.#delivering(sink), { ...bound(observer), failed })
    this.#follow(this.#current)
  }

  get state(): ReflectorState {
    return this.#current.state
  }

  ageMs(): number {
    return this.#current.ageMs()
  }

  start(): void {
    this.#current.start()
  }

  wake(): void {
    this.#current.wake()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([this.#left, this.#current.stop()])
    this.#synced.reject(new Error('The reflector was stopped'))
  }

  #fallBack(): void {
    const refused = this.#current
    if (this.#isStopped || this.#left !== undefined) return
    this.#options.onFallback()
    this.#left = refused.stop()
    this.#current = this.#options.whole(this.#filtering(), this.#observer)
    this.#follow(this.#current)
    this.#current.start()
  }

  #follow(reflector: Started): void {
    reflector.synced.then(
      () => this.#synced.resolve(),
      () => undefined,
    )
  }

  #delivering(sink: Sink<T>): Sink<T> {
    return {
      replaced: (objects) => {
        this.#hasDelivered = true
        sink.replaced(objects)
      },
      updated: (object) => sink.updated(object),
      removed: (object) => sink.removed(object),
    }
  }

  #filtering(): Sink<T> {
    const { isOurs } = this.#options
    return {
      replaced: (objects) => this.#sink.replaced(objects.filter(isOurs)),
      updated: (object) => {
        if (isOurs(object)) this.#sink.updated(object)
      },
      // What nobody held is not missed; the last state of what went may be a name only.
      removed: (object) => this.#sink.removed(object),
    }
  }
}

function bound(observer: ReflectorObserver): ReflectorObserver {
  return {
    listed: (count) => observer.listed(count),
    event: (type) => observer.event(type),
    failed: (cause) => observer.failed(cause),
    stateChanged: (state) => observer.stateChanged(state),
  }
}
