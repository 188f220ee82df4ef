import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { Reflector, ReflectorObserver, ReflectorState, Sink } from '../kube/reflector.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { IndexedStore } from './indexed-store.ts'
import type { Informer } from './informer.ts'
import type { Change, Indexers, ReadStore } from './store.ts'

/** Makes a reflector that delivers into `sink` and tells `observer` what happens, once it is started. */
type MakeReflector<T extends KubeObject> = (
  sink: Sink<T>,
  observer: ReflectorObserver,
) => Reflector & { start(): void }

export interface InformerOptions<T extends KubeObject> {
  /** For logs, readiness and metrics: `externalsecrets`, `secrets metadata`. */
  readonly title: string
  /** One reflector per namespace, or one for all; no object may come from two of them. */
  readonly reflectors: readonly MakeReflector<T>[]
  readonly log: Log
  readonly clock: Clock
  readonly indexers?: Indexers<T>
  readonly observer?: ReflectorObserver
  /** A right to list that may never be given (403): it is reported and waited for, as a kind that is not served is. */
  readonly mayBeForbidden?: boolean
}

/** An informer over one or more reflectors; nothing is watched before `start`. */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  return new SharedInformer(options)
}

const forbidden = '403'

/** What several reflectors are together: the first of these that any of them is. */
const worstFirst = ['broken', 'absent', 'starting', 'live'] as const

class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly title: string
  readonly synced: Promise<void>
  readonly #store: IndexedStore<T>
  readonly #options: InformerOptions<T>
  readonly #listeners = new Set<(change: Change<T>) => void>()
  readonly #recoveryListeners = new Set<() => void>()
  readonly #syncedParts: PromiseWithResolvers<void>[]
  #wasBroken = false
  #liveSinceMs: number | undefined
  #reflectors: Reflector[] | undefined

  constructor(options: InformerOptions<T>) {
    this.title = options.title
    this.#options = options
    this.#store = new IndexedStore(options.indexers)
    this.#syncedParts = options.reflectors.map(() => Promise.withResolvers<void>())
    this.synced = Promise.all(this.#syncedParts.map((part) => part.promise)).then(() => undefined)
    // Whoever waits sees the rejection; nobody has to wait.
    this.synced.catch(() => undefined)
  }

  get store(): ReadStore<T> {
    return this.#store
  }

  get state(): ReflectorState {
    const states = new Set(this.#reflectors?.map((reflector) => reflector.state))
    return worstFirst.find((state) => states.has(state)) ?? 'starting'
  }

  ageMs(): number {
    return Math.max(0, ...(this.#reflectors ?? []).map((reflector) => reflector.ageMs()))
  }

  liveMs(): number {
    return this.#liveSinceMs === undefined ? 0 : this.#options.clock.monotonic() - this.#liveSinceMs
  }

  onRecovery(listener: () => void): () => void {
    this.#recoveryListeners.add(listener)
    return () => this.#recoveryListeners.delete(listener)
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    if (this.#reflectors !== undefined) return
    this.#reflectors = this.#options.reflectors.map((make, at) => this.#follow(make, this.#syncedParts[at]))
  }

  wake(): void {
    for (const reflector of this.#reflectors ?? []) reflector.wake()
  }

  async stop(): Promise<void> {
    await Promise.all((this.#reflectors ?? []).map((reflector) => reflector.stop()))
    const stopped = new Error(
      `Cannot wait for informer "${this.title}": it was stopped before its first list`,
    )
    for (const part of this.#syncedParts) part.reject(stopped)
  }

  #follow(make: MakeReflector<T>, part: PromiseWithResolvers<void> | undefined): Reflector {
    const reflector = make(
      this.#sink(),
      this.#observer(() => part?.resolve()),
    )
    reflector.synced.then(
      () => part?.resolve(),
      (error: unknown) => part?.reject(error),
    )
    reflector.start()
    return reflector
  }

  /** Passes everything on to the caller's observer; a kind that is not served counts as synced: there is nothing to wait for. */
  #observer(onAbsent: () => void): ReflectorObserver {
    const { observer: outer, mayBeForbidden = false } = this.#options
    return {
      listed: (count) => outer?.listed(count),
      event: (type) => outer?.event(type),
      failed: (cause) => {
        if (mayBeForbidden && cause === forbidden) onAbsent()
        outer?.failed(cause)
      },
      stateChanged: (state) => {
        if (state === 'absent') onAbsent()
        this.#noteState()
        outer?.stateChanged(state)
      },
    }
  }

  #noteState(): void {
    const { state } = this
    if (state === 'broken') this.#wasBroken = true
    if (state !== 'live') {
      this.#liveSinceMs = undefined
      return
    }
    this.#liveSinceMs ??= this.#options.clock.monotonic()
    if (!this.#wasBroken) return
    this.#wasBroken = false
    for (const listener of this.#recoveryListeners) listener()
  }

  /** A list replaces only what came by the same sink: other namespaces are other sinks. */
  #sink(): Sink<T> {
    let known = new Set<ObjectKey>()
    let isFirstList = true
    return {
      replaced: (objects) => {
        const listed = new Set(objects.map((object) => keyOf(object.metadata)))
        const changes = objects.map((object) => this.#put(object, isFirstList))
        for (const key of known) if (!listed.has(key)) changes.push(this.#remove(key))
        known = listed
        isFirstList = false
        this.#tell(changes)
      },
      updated: (object) => {
        known.add(keyOf(object.metadata))
        this.#tell([this.#put(object, false)])
      },
      removed: (object) => {
        known.delete(keyOf(object.metadata))
        this.#tell([this.#remove(keyOf(object.metadata))])
      },
    }
  }

  #put(now: T, initial: boolean): Change<T> | undefined {
    const key = keyOf(now.metadata)
    const held = this.#store.get(key)
    if (held !== undefined && isSameVersion(held, now)) return undefined
    return { key, old: this.#store.put(now), now, initial }
  }

  #remove(key: ObjectKey): Change<T> | undefined {
    const old = this.#store.delete(key)
    return old === undefined ? undefined : { key, old, now: undefined, initial: false }
  }

  #tell(changes: readonly (Change<T> | undefined)[]): void {
    for (const change of changes) {
      if (change === undefined) continue
      for (const listener of this.#listeners) this.#tellOne(listener, change)
    }
  }

  #tellOne(listener: (change: Change<T>) => void, change: Change<T>): void {
    try {
      listener(change)
    } catch (error) {
      this.#options.log.error(
        { err: error, informer: this.title, key: change.key },
        'Informer listener failed',
      )
    }
  }
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion
}
