import { createDelivery, type Delivery } from './delivery.ts'
import { TransportError } from './errors.ts'
import type { KnownObjects } from './known-objects.ts'
import type { KubeObject, ObjectMeta } from './object.ts'
import type { ReflectorOptions } from './reflector.ts'
import { titleOf } from './selection-request.ts'
import { staleList } from './watch-failure.ts'
import type { WatchEvent } from './watch-stream.ts'

/** What the sink was told: takes lists and events, and passes on what is news. */
export class View<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>
  readonly #known: KnownObjects
  readonly #delivery: Delivery<T>
  #listWasBehind = false

  constructor(options: ReflectorOptions<T>, known: KnownObjects) {
    this.#options = options
    this.#known = known
    this.#delivery = createDelivery(options)
  }

  /** The object as the sink gets it, or nothing when the transform threw. */
  prepared(object: KubeObject): readonly T[] {
    const prepared = this.#delivery.prepare(object)
    return prepared === undefined ? [] : [prepared]
  }

  /**
   * Takes a complete list of prepared objects. Throws TransportError `STALE_LIST` for one that is older than what is
   * known; a second one in a row is believed, because then history was rewritten (a restored etcd).
   */
  takeList(objects: readonly T[], resourceVersion: string): void {
    const behind = this.#known.isBehind(objects, resourceVersion)
    if (behind && !this.#listWasBehind) {
      this.#listWasBehind = true
      const title = titleOf(this.#options.selection)
      throw new TransportError(`Cannot list ${title}: the answer is older than what is known`, staleList)
    }
    this.#listWasBehind = false
    for (const gone of this.#known.replace(objects, resourceVersion)) this.#delivery.removedUnseen(gone)
    this.#delivery.replaced(objects)
    this.#options.observer?.listed(objects.length)
  }

  takeEvent({ type, object }: WatchEvent): void {
    const { metadata } = object
    if (type === 'BOOKMARK') this.#known.reach(metadata.resourceVersion)
    else if (type === 'DELETED') this.#takeRemoval(object)
    else this.#takeChange(object)
  }

  #takeChange(object: KubeObject): void {
    const news = this.#known.change(object.metadata)
    if (news.kind !== 'changed') return
    if (news.predecessor !== undefined) this.#delivery.removedUnseen(news.predecessor)
    for (const prepared of this.prepared(object)) this.#delivery.updated(prepared)
  }

  #takeRemoval(object: KubeObject): void {
    const identity = identityOf(object.metadata)
    if (this.#known.remove(object.metadata).kind !== 'gone') return
    const [prepared] = this.prepared(object)
    if (prepared === undefined) this.#delivery.removedUnseen(identity)
    else this.#delivery.removed(prepared)
  }
}

function identityOf({ name, namespace, uid, resourceVersion }: ObjectMeta): ObjectMeta {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}
