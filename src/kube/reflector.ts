import type { Log } from '../std/log.ts'
import type { Kind } from './kind.ts'
import type { KubeObject } from './object.ts'

/** Which objects a reflector follows. */
export interface Selection {
  readonly kind: Kind
  /** Absent: all namespaces. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly metadataOnly?: boolean
}

/**
 * Where a reflector delivers. It never delivers an object older than one it delivered before, calls in the order
 * things happened, and survives a sink that throws (the error is logged and counted, the watch goes on).
 */
export interface Sink<T extends KubeObject> {
  /** The whole truth at one moment: what is not in it is gone. Called after each list. */
  replaced(objects: readonly T[]): void
  /** One object was added or changed. */
  updated(object: T): void
  /** One object is gone; its last known state, or name, namespace, uid and resourceVersion if nobody saw it go. */
  removed(object: T): void
}

/** What a reflector can say of itself; `absent` is a kind that the API server does not serve (404). */
export type ReflectorState = 'starting' | 'live' | 'broken' | 'absent'

export interface Reflector {
  /** Resolves after the first complete list was delivered; rejects when stopped before. */
  readonly synced: Promise<void>
  readonly state: ReflectorState
  /** Milliseconds since anything (an event, a bookmark, a list) last came; for the watch age metric. */
  ageMs(): number
  /** Ends the wait of a back-off: the API server answers again, or a CRD appeared. */
  wake(): void
  /** Ends list and watch. When it resolves, no socket, timer or later call to the sink is left. */
  stop(): Promise<void>
}

/** Told of what happens, for metrics and health; `cause` is a code, never a body. */
export interface ReflectorObserver {
  listed(count: number): void
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'): void
  failed(cause: string): void
  stateChanged(state: ReflectorState): void
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly selection: Selection
  readonly sink: Sink<T>
  readonly log: Log
  readonly observer?: ReflectorObserver
  /** Applied to every object before it is compared or delivered; `managedFields` is set to undefined after it. */
  readonly transform?: (object: KubeObject) => T
}
