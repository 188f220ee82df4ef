import { isDeepStrictEqual } from 'node:util'
import type { Client } from '../../../src/kube/client.ts'
import { ApiError, isConflict, TransportError } from '../../../src/kube/errors.ts'
import type { Kind } from '../../../src/kube/kind.ts'
import { keyOf, type ObjectKey, type ObjectRef } from '../../../src/kube/object.ts'
import type { Sink } from '../../../src/kube/reflector.ts'
import { Gates } from './gates.ts'
import type { Status, Thing } from './thing-cluster.ts'

/** What becomes of a request; `repeated` is what the client sends again, its first answer being lost. */
export const fates = ['busy', 'conflict', 'lost', 'repeated', 'slow', 'late'] as const
export type Fate = (typeof fates)[number] | 'well'

type Request = { readonly signal: AbortSignal }
type Seen = { readonly thing: Thing; readonly isGone: boolean }

/** An API server of one kind with a slow watch, which loses answers, and lets others write, too. */
export class WildServer {
  readonly objects = new Map<ObjectKey, Thing>()
  /** Of the next requests. */
  readonly fates: Fate[] = []
  readonly gates = new Gates()
  sink: Sink<Thing> | undefined
  /** Told of each status that is taken, before it is. */
  onApply: (old: Thing, status: Status) => void = () => undefined
  /** Told when somebody else wrote a status. */
  onEdit: (thing: Thing) => void = () => undefined
  /** Objects of which the manager cannot know how a request ended. */
  readonly inDoubt = new Set<ObjectKey>()
  /** The objects that the watch has shown by now. */
  readonly shown = new Map<ObjectKey, Thing>()
  #toShow: Seen[] = []
  #version = 0

  readonly client = {
    apply: (_: Kind, thing: Thing, { signal }: Request) =>
      this.#known(keyOf(thing.metadata), this.#apply(thing, signal)),
    find: (_: Kind, ref: ObjectRef, { signal }: Request) => this.#known(keyOf(ref), this.#find(ref, signal)),
  } as unknown as Client

  /** Somebody else writes an object; one that is not there is made. */
  edit(name: string, change: (old: Thing) => Thing): void {
    const metadata = { name, namespace: 'shop', uid: `${name}-${this.#version}`, generation: 1 }
    const old = this.objects.get(keyOf(metadata))
    const now = this.#store(old === undefined ? { metadata } : change(old))
    if (now.status !== old?.status) this.onEdit(now)
  }

  remove(name: string): void {
    const thing = this.objects.get(`shop/${name}`)
    if (thing === undefined) return
    this.objects.delete(`shop/${name}`)
    this.#toShow.push({ thing, isGone: true })
  }

  /** The watch shows the next changes. */
  show(count = this.#toShow.length): void {
    for (const seen of this.#toShow.splice(0, count)) this.#show(seen)
  }

  /** The watch shows what it has shown before. */
  showAgain(): void {
    for (const thing of this.shown.values()) this.sink?.updated(thing)
  }

  /** A list: what happened since is seen as one change. */
  list(): void {
    this.#toShow = []
    this.shown.clear()
    for (const [key, thing] of this.objects) this.shown.set(key, thing)
    this.sink?.replaced([...this.objects.values()])
  }

  #show({ thing, isGone }: Seen): void {
    const key = keyOf(thing.metadata)
    if (isGone) this.shown.delete(key)
    else this.shown.set(key, thing)
    if (isGone) this.sink?.removed(thing)
    else this.sink?.updated(thing)
  }

  async #known<T>(key: ObjectKey, answer: Promise<T>): Promise<T> {
    try {
      const known = await answer
      this.inDoubt.delete(key)
      return known
    } catch (error) {
      if (!isConflict(error)) this.inDoubt.add(key)
      throw error
    }
  }

  async #find(ref: ObjectRef, signal: AbortSignal): Promise<Thing | undefined> {
    signal.throwIfAborted()
    if (this.fates.shift() === 'busy') throw new ApiError('busy', { status: 500 })
    return this.objects.get(keyOf(ref))
  }

  async #apply(thing: Thing, signal: AbortSignal): Promise<{ object: Thing; created: boolean }> {
    signal.throwIfAborted()
    const fate = this.fates.shift()
    if (fate === 'busy') throw new ApiError('busy', { status: 500 })
    if (fate === 'conflict') throw stale()
    if (fate === 'slow') await this.gates.pass(signal)
    const object = this.#applied(thing)
    if (fate === 'late') await this.gates.pass(signal)
    if (fate === 'lost') throw new TransportError('reset', 'ECONNRESET')
    return { object: fate === 'repeated' ? this.#applied(thing) : object, created: false }
  }

  #applied({ metadata, status = {} }: Thing): Thing {
    const old = this.objects.get(keyOf(metadata))
    if (old === undefined) throw new ApiError('no such thing', { status: 404, reason: 'NotFound' })
    if (old.metadata.resourceVersion !== metadata.resourceVersion) throw stale()
    this.onApply(old, status)
    return isDeepStrictEqual(old.status ?? {}, status) ? old : this.#store({ ...old, status })
  }

  #store(thing: Thing): Thing {
    const resourceVersion = String(++this.#version)
    const stored = { ...thing, metadata: { ...thing.metadata, resourceVersion } }
    this.objects.set(keyOf(thing.metadata), stored)
    this.#toShow.push({ thing: stored, isGone: false })
    return stored
  }
}

function stale(): ApiError {
  return new ApiError('the object has been modified', { status: 409, reason: 'Conflict' })
}
