import type { Course } from './course.ts'
import { TransportError } from './errors.ts'
import type { KnownObjects } from './known-objects.ts'
import { listPages } from './list-all.ts'
import type { KubeObject } from './object.ts'
import type { Selection } from './reflector.ts'
import type { ReflectorHealth } from './reflector-health.ts'
import type { ReflectorTiming } from './reflector-timing.ts'
import { titleOf } from './selection-request.ts'
import { StreamedList } from './streamed-list.ts'
import type { Transport } from './transport.ts'
import type { Turns } from './turns.ts'
import type { View } from './view.ts'
import type { WatchEvents } from './watch-events.ts'

interface ListAndWatchOptions<T extends KubeObject> {
  readonly transport: Transport
  readonly selection: Selection
  readonly timing: ReflectorTiming
  readonly known: KnownObjects
  readonly view: View<T>
  readonly course: Course
  readonly health: ReflectorHealth
  readonly events: WatchEvents
  readonly turns: Turns
  /** A complete list was delivered. */
  readonly onListed: () => void
}

/** One connection of a reflector: lists where that is needed, then watches. */
export class ListAndWatch<T extends KubeObject> {
  readonly #options: ListAndWatchOptions<T>

  constructor(options: ListAndWatchOptions<T>) {
    this.#options = options
  }

  /** Resolves when the server ends the watch. Throws ApiError, TransportError, and the signal's reason. */
  async run(signal: AbortSignal): Promise<void> {
    const { known, course } = this.#options
    if (known.position !== undefined) return this.#watch(known.position, signal)
    if (course.servesWatchList) return this.#watchList(signal)
    await this.#listPaged(signal)
    await this.#watch(known.position, signal)
  }

  async #listPaged(signal: AbortSignal): Promise<void> {
    const { transport, selection, timing, view, course, turns } = this.#options
    course.lists('paged')
    const { pageSize, listTimeoutMs: timeoutMs } = timing
    const objects: T[] = []
    let moment = ''
    for await (const page of listPages(transport, { selection, pageSize, timeoutMs, signal })) {
      course.tookPage()
      moment = page.resourceVersion
      for (const item of page.items) objects.push(...view.prepared(item))
      await turns.give(signal)
    }
    this.#takeList(objects, moment)
  }

  async #watchList(signal: AbortSignal): Promise<void> {
    const { view, course, events, selection } = this.#options
    course.lists('streamed')
    let list: StreamedList<T> | undefined = new StreamedList()
    for await (const event of await events.open(undefined, signal)) {
      if (list === undefined) {
        view.takeEvent(event)
        continue
      }
      const moment = list.take(event, event.type === 'BOOKMARK' ? [] : view.prepared(event.object))
      if (moment === undefined) continue
      this.#takeList(list.objects, moment)
      list = undefined
      course.lists('done')
      this.#goLive()
    }
    if (list === undefined) return
    const message = `Cannot watch ${titleOf(selection)}: the stream ended within the first list`
    throw new TransportError(message, 'ENDED_EARLY')
  }

  async #watch(position: string | undefined, signal: AbortSignal): Promise<void> {
    const { view, course, events } = this.#options
    course.lists('done')
    const watch = await events.open(position, signal)
    this.#goLive()
    for await (const event of watch) view.takeEvent(event)
  }

  #takeList(objects: readonly T[], resourceVersion: string): void {
    this.#options.view.takeList(objects, resourceVersion)
    this.#options.onListed()
  }

  #goLive(): void {
    this.#options.course.goesLive()
    this.#options.health.goesLive()
  }
}
