import type { Client } from '../../../src/kube/client.ts'
import { ApiError, TransportError } from '../../../src/kube/errors.ts'
import type { Kind } from '../../../src/kube/kind.ts'
import { type Condition, type KubeObject, keyOf } from '../../../src/kube/object.ts'
import type { Sink } from '../../../src/kube/reflector.ts'

export interface Fields {
  refreshTime?: string
  binding?: string
}
export interface Status extends Fields {
  observedGeneration?: number
  conditions?: readonly Condition[]
}
export interface Thing extends KubeObject {
  readonly status?: Status
}

/** An API server of one kind, as far as a controller sees it: server-side apply of the status, and a watch. */
export class ThingCluster {
  readonly objects = new Map<string, Thing>()
  readonly writes: Status[] = []
  sink: Sink<Thing> | undefined
  /** What the next status writes are answered with. */
  readonly refusals: Error[] = []
  /** While false, the cache does not see our writes. */
  watchDelivers = true
  /** The next status write is done, and nobody hears of it. */
  losesNextAnswer = false
  #version = 0

  readonly client = {
    apply: async (_: Kind, object: Thing) => {
      const refusal = this.refusals.shift()
      if (refusal !== undefined) throw refusal
      const applied = this.#applied(object)
      if (!this.losesNextAnswer) return { object: applied, created: false }
      this.losesNextAnswer = false
      throw new TransportError('Connection reset', 'ECONNRESET')
    },
    find: async (_: Kind, ref: { name: string; namespace: string }) => this.objects.get(keyOf(ref)),
  } as unknown as Client

  /** The watch shows an object as it is, later than the answer to the write did. */
  deliver(name: string): void {
    const stored = this.objects.get(`shop/${name}`)
    if (stored !== undefined) this.sink?.updated(stored)
  }

  put(name: string, meta: Partial<Thing['metadata']> = {}, status?: Status): Thing {
    const old = this.objects.get(`shop/${name}`)
    const base = { generation: 1, uid: `uid-${name}`, ...old?.metadata, ...meta }
    const metadata = { ...base, name, namespace: 'shop' }
    return this.#store({ ...old, metadata, ...(status === undefined ? {} : { status }) })
  }

  remove(name: string): void {
    const old = this.objects.get(`shop/${name}`)
    this.objects.delete(`shop/${name}`)
    if (old !== undefined) this.sink?.removed(old)
  }

  status(name: string): Status {
    return this.objects.get(`shop/${name}`)?.status ?? {}
  }

  read(name: string): string {
    const conditions = this.status(name).conditions ?? []
    return conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).join(', ')
  }

  #applied(object: Thing): Thing {
    const old = this.objects.get(keyOf(object.metadata))
    if (old === undefined) throw new ApiError('no such thing', { status: 404, reason: 'NotFound' })
    const isStale = object.metadata.resourceVersion !== old.metadata.resourceVersion
    if (isStale) throw new ApiError('the object has been modified', { status: 409, reason: 'Conflict' })
    this.writes.push(object.status ?? {})
    return this.#store({ ...old, status: object.status ?? {} }, this.watchDelivers)
  }

  #store(thing: Thing, isSeen = true): Thing {
    const resourceVersion = String(++this.#version)
    const stored = { ...thing, metadata: { ...thing.metadata, resourceVersion } }
    this.objects.set(keyOf(thing.metadata), stored)
    if (isSeen) this.sink?.updated(stored)
    return stored
  }
}
