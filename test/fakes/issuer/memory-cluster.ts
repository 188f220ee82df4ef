import type { Client } from '../../../src/kube/client.ts'
import { ApiError } from '../../../src/kube/errors.ts'
import type { Kind } from '../../../src/kube/kind.ts'
import { type KubeObject, keyOf, type ObjectRef } from '../../../src/kube/object.ts'
import type { Sink } from '../../../src/kube/reflector.ts'

type Status = Record<string, unknown> & { conditions?: { type: string }[] }
export type Stored = KubeObject & { status?: Status; spec?: unknown; data?: Record<string, string> }

/** One call that came to the API server: `find certificaterequests shop/a`. */
type Call = string

/** An API server in memory, as far as the issuer half sees it: reads, server-side apply of statuses, watches. */
export class MemoryCluster {
  readonly calls: Call[] = []
  /** What the next calls that begin so are answered with. */
  readonly refusals = new Map<string, Error[]>()
  /** While false, caches see no changes. */
  watchDelivers = true
  /** Called before a write is carried out, to play somebody who writes at the same time. */
  beforeApply: (plural: string) => void = () => undefined
  readonly #objects = new Map<string, Stored>()
  readonly #sinks = new Map<string, Sink<KubeObject>>()
  readonly #owned = new Map<
    string,
    { readonly types: readonly string[]; readonly fields: readonly string[] }
  >()
  #version = 0

  readonly client = {
    find: async (kind: Kind, ref: ObjectRef) => {
      this.#note('find', kind, ref)
      return structuredClone(this.#objects.get(idOf(kind, ref)))
    },
    get: async (kind: Kind, ref: ObjectRef) => {
      this.#note('get', kind, ref)
      const found = this.#objects.get(idOf(kind, ref))
      if (found === undefined) throw missing()
      return structuredClone(found)
    },
    apply: async (kind: Kind, object: Stored, { fieldManager }: { fieldManager: string }) => {
      this.beforeApply(kind.plural)
      this.#note('apply', kind, object.metadata)
      return { object: structuredClone(this.#applied(kind, object, fieldManager)), created: false }
    },
    mergePatch: async (kind: Kind, ref: ObjectRef, patch: { data: Record<string, string> }) => {
      this.#note('patch', kind, ref)
      const old = this.#objects.get(idOf(kind, ref))
      if (old === undefined) throw missing()
      return structuredClone(this.put(kind, { ...old, data: { ...old.data, ...patch.data } }))
    },
  } as unknown as Client

  /** Follows a kind: everything that is there comes as a first list. */
  follow(kind: Kind, sink: Sink<KubeObject>): void {
    this.#sinks.set(kind.plural, sink)
    sink.replaced(this.list(kind))
  }

  list(kind: Kind): readonly Stored[] {
    const found = [...this.#objects].filter(([id]) => id.startsWith(`${kind.plural} `))
    return found.map(([, object]) => structuredClone(object))
  }

  get(kind: Kind, ref: ObjectRef): Stored | undefined {
    return this.#objects.get(idOf(kind, ref))
  }

  put(kind: Kind, object: Stored): Stored {
    const resourceVersion = String(++this.#version)
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion } }
    this.#objects.set(idOf(kind, object.metadata), stored)
    if (this.watchDelivers) this.#sinks.get(kind.plural)?.updated(structuredClone(stored))
    return stored
  }

  remove(kind: Kind, ref: ObjectRef): void {
    const old = this.#objects.get(idOf(kind, ref))
    this.#objects.delete(idOf(kind, ref))
    if (old !== undefined && this.watchDelivers) this.#sinks.get(kind.plural)?.removed(old)
  }

  /** How often something was asked, by the beginning of the call. */
  count(beginning: string): number {
    return this.calls.filter((it) => it.startsWith(beginning)).length
  }

  #note(verb: string, kind: Kind, ref: ObjectRef): void {
    const call = `${verb} ${idOf(kind, ref)}`
    this.calls.push(call)
    for (const [beginning, errors] of this.refusals) {
      const error = call.startsWith(beginning) ? errors.shift() : undefined
      if (error !== undefined) throw error
    }
  }

  /** What this manager applied before and leaves out now goes; what others own stays. */
  #applied(kind: Kind, object: Stored, manager: string): Stored {
    const id = idOf(kind, object.metadata)
    const old = this.#objects.get(id)
    if (old === undefined) throw missing()
    if (object.metadata.resourceVersion !== old.metadata.resourceVersion)
      throw new ApiError('modified meanwhile', { status: 409, reason: 'Conflict' })
    const before = this.#owned.get(`${manager} ${id}`) ?? { types: [], fields: [] }
    const { conditions = [], ...fields } = object.status ?? {}
    const { conditions: present = [], ...others } = old.status ?? {}
    const gone = new Set([...before.types, ...conditions.map((it) => it.type)])
    const kept = Object.entries(others).filter(([name]) => !before.fields.includes(name))
    const merged = [...present.filter((it) => !gone.has(it.type)), ...conditions]
    this.#owned.set(`${manager} ${id}`, {
      types: conditions.map((it) => it.type),
      fields: Object.keys(fields),
    })
    const status = {
      ...Object.fromEntries(kept),
      ...fields,
      ...(merged.length > 0 ? { conditions: merged } : {}),
    }
    return this.put(kind, { ...old, status })
  }
}

function idOf(kind: Kind, ref: ObjectRef): string {
  return `${kind.plural} ${keyOf(ref)}`
}

function missing(): ApiError {
  return new ApiError('there is no such object', { status: 404, reason: 'NotFound' })
}
