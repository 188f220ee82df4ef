import { type KubeObject, keyOf } from '../../../src/kube/object.ts'
import { objectOf } from './recorder.ts'
import type { EventStream, WatchCall } from './watch-server.ts'

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
  readonly version: number
}

export interface HistoryOptions {
  readonly servesWatchList: boolean
}

/**
 * Objects of one kind with their whole past, served as an API server does (list, pages, watch, WatchList, 410): the
 * model that a reflector's view is held against. Its connections can be spoiled at any moment.
 */
export class History {
  readonly #options: HistoryOptions
  readonly #objects = new Map<string, KubeObject>()
  readonly #events: Event[] = []
  readonly #streams = new Set<EventStream>()
  readonly #snapshots = new Map<string, { objects: KubeObject[]; version: number }>()
  #version = 100
  #made = 0
  #compacted = 0

  constructor(options: HistoryOptions) {
    this.#options = options
  }

  /** Every object as `name:uid@resourceVersion`. */
  get words(): string[] {
    return [...this.#objects.values()].map(wordOf).sort()
  }

  put(name: string): void {
    const old = this.#objects.get(name)
    const uid = old?.metadata.uid ?? `${name}-${++this.#made}`
    const object = objectOf(name, ++this.#version, { uid })
    this.#objects.set(name, object)
    this.#happen({ type: old === undefined ? 'ADDED' : 'MODIFIED', object, version: this.#version })
  }

  remove(name: string): void {
    const old = this.#objects.get(name)
    if (old === undefined) return
    this.#objects.delete(name)
    const object = objectOf(name, ++this.#version, { uid: old.metadata.uid ?? '' })
    this.#happen({ type: 'DELETED', object, version: this.#version })
  }

  /** Sends an event of the past again, the one `back` before the last. */
  replay(back: number): void {
    const event = this.#events.at(-1 - back)
    if (event !== undefined) this.#each((stream) => stream.send(event.type, event.object))
  }

  bookmark(): void {
    this.#each((stream) => stream.bookmark(`${this.#version}`))
  }

  /** Breaks every watch, after half a line when told so. */
  cut(how: 'end' | 'destroy' | 'truncate' | 'error'): void {
    this.#each((stream) => {
      this.#streams.delete(stream)
      if (how === 'truncate') stream.raw('{"type":"MODIFIED","object":{"meta')
      if (how === 'error') stream.error(500, 'InternalError')
      if (how === 'destroy') stream.destroy()
      else stream.end()
    })
  }

  /** Forgets the past: whoever watches from before now gets 410. */
  compact(): void {
    this.#compacted = this.#version
  }

  /** Answers one request. */
  serve(call: WatchCall): void {
    if (call.verb === 'list') return this.#list(call)
    if (call.verb === 'watch') return this.#watch(call)
    if (!this.#options.servesWatchList) return call.refuse(422, 'Invalid')
    const stream = call.stream()
    for (const object of this.#objects.values()) stream.send('ADDED', object)
    stream.bookmark(`${this.#version}`, 'initial-events-end')
    this.#streams.add(stream)
  }

  #list(call: WatchCall): void {
    const [id = '', from = '0'] = (call.query.get('continue') ?? `${call.index}:0`).split(':')
    const snapshot = this.#snapshots.get(id) ?? {
      objects: [...this.#objects.values()],
      version: this.#version,
    }
    this.#snapshots.set(id, snapshot)
    const end = Number(from) + Number(call.query.get('limit'))
    const next = end < snapshot.objects.length ? `${id}:${end}` : undefined
    call.list(snapshot.objects.slice(Number(from), end), `${snapshot.version}`, next)
  }

  #watch(call: WatchCall): void {
    const from = Number(call.query.get('resourceVersion'))
    if (from < this.#compacted) return call.index % 2 === 0 ? call.refuse(410, 'Expired') : expire(call)
    const stream = call.stream()
    for (const { type, object, version } of this.#events) if (version > from) stream.send(type, object)
    this.#streams.add(stream)
  }

  #happen(event: Event): void {
    this.#events.push(event)
    this.#each((stream) => stream.send(event.type, event.object))
  }

  #each(act: (stream: EventStream) => void): void {
    for (const stream of this.#streams) {
      if (stream.closed) this.#streams.delete(stream)
      else act(stream)
    }
  }
}

function expire(call: WatchCall): void {
  const stream = call.stream()
  stream.error(410, 'Expired')
  stream.end()
}

/** `name:uid@resourceVersion`, to compare views by. */
export function wordOf({ metadata }: KubeObject): string {
  return `${keyOf({ name: metadata.name })}:${metadata.uid}@${metadata.resourceVersion}`
}
