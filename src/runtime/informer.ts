import type { KubeObject } from '../kube/object.ts'
import type { ReflectorState } from '../kube/reflector.ts'
import type { Change, ReadStore } from './store.ts'

/** A shared, read-only cache of one selection, kept by one reflector per namespace. */
export interface Informer<T extends KubeObject> {
  readonly title: string
  readonly store: ReadStore<T>
  /** Resolves when every reflector delivered its first list, or found its kind absent. */
  readonly synced: Promise<void>
  /** The worst of its reflectors: `absent` when the kind is not served. */
  readonly state: ReflectorState
  ageMs(): number
  /** How long its watches have all been live, in milliseconds; 0 while they are not. */
  liveMs(): number
  /** Called when its watches are live again after one was broken: the API server is back. */
  onRecovery(listener: () => void): () => void
  /** Listeners are called in order, synchronously, after the store holds the change; one that throws harms nobody. */
  onChange(listener: (change: Change<T>) => void): () => void
  start(): void
  wake(): void
  stop(): Promise<void>
}
