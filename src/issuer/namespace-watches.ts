import type { ExternalIssuer } from '../api/externalissuer.ts'
import type { KubeObject, ObjectKey, ObjectRef } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'
import { priorities } from '../runtime/queue.ts'
import type { Watch } from '../runtime/watch.ts'
import { type InputKind, issuersReading } from './issuer-wake.ts'

export interface NamespaceWatchesOptions {
  readonly issuers: Informer<ExternalIssuer>
  /** Whether we may list and watch this in a namespace. */
  readonly mayWatch: (kind: InputKind, namespace: string) => Promise<boolean>
  /** The issuers that read an object which their specs do not name. */
  readonly readersOf: (kind: InputKind, at: ObjectRef) => readonly ObjectKey[]
  /** Metadata of what is in a namespace; its watch is started by whoever made it, and stopped by us. */
  readonly open: (kind: InputKind, namespace: string) => Informer<KubeObject>
}

const kinds: readonly InputKind[] = ['Secret', 'ConfigMap']

/**
 * Follows what namespaced issuers read, in those namespaces where a Role lets us; elsewhere the periodic check notices
 * changes (M24). A namespace is asked about when its first issuer comes, and at each of the issuers' checks until the
 * answer is yes.
 */
export class NamespaceWatches implements Watch {
  readonly synced = Promise.resolve()
  readonly #options: NamespaceWatchesOptions
  readonly #open = new Map<string, Informer<KubeObject>>()
  readonly #asking = new Map<string, Promise<void>>()
  #add: (key: ObjectKey, priority: number) => void = () => undefined

  constructor(options: NamespaceWatchesOptions) {
    this.#options = options
  }

  listen(add: (key: ObjectKey, priority: number) => void): () => void {
    this.#add = add
    return () => {
      this.#add = () => undefined
    }
  }

  /**
   * Looks after the namespace of an issuer. Whatever is read there once this is done is followed: no change is lost
   * between a read and the first list.
   */
  async follow({ namespace }: ObjectRef): Promise<void> {
    if (namespace === undefined) return
    await Promise.all(kinds.map((kind) => this.#followOne(kind, namespace)))
  }

  /** Ends the watches of a namespace whose last issuer went. */
  async leave({ namespace }: ObjectRef): Promise<void> {
    if (namespace === undefined || this.#hasIssuers(namespace)) return
    await Promise.all(kinds.map((kind) => this.#end(`${kind}/${namespace}`)))
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((key) => this.#end(key)))
  }

  async #followOne(kind: InputKind, namespace: string): Promise<void> {
    const key = `${kind}/${namespace}`
    if (!this.#open.has(key)) {
      const asking = this.#asking.get(key) ?? this.#ask(kind, namespace, key)
      this.#asking.set(key, asking)
      await asking
    }
    await this.#open.get(key)?.synced
  }

  async #ask(kind: InputKind, namespace: string, key: string): Promise<void> {
    try {
      const mayWatch = await this.#options.mayWatch(kind, namespace)
      // Its last issuer may have gone meanwhile, and nobody would end the watch.
      if (mayWatch && this.#hasIssuers(namespace)) this.#begin(kind, namespace, key)
    } finally {
      this.#asking.delete(key)
    }
  }

  #hasIssuers(namespace: string): boolean {
    return [...this.#options.issuers.store.list(namespace)].length > 0
  }

  #begin(kind: InputKind, namespace: string, key: string): void {
    const informer = this.#options.open(kind, namespace)
    informer.onChange(({ initial, now, old }) => {
      const object = now ?? old
      if (initial || object === undefined) return
      const { issuers, readersOf } = this.#options
      const named = issuersReading(issuers.store, kind, object.metadata)
      for (const issuer of [...named, ...readersOf(kind, object.metadata)])
        this.#add(issuer, priorities.dependency)
    })
    this.#open.set(key, informer)
    informer.start()
  }

  async #end(key: string): Promise<void> {
    const informer = this.#open.get(key)
    this.#open.delete(key)
    await informer?.stop()
  }
}
