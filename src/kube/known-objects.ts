import { compareResourceVersions, type KubeObject, keyOf, type ObjectKey, type ObjectMeta } from './object.ts'

/** All that is kept of an object that was delivered. One that is gone stays a while, against replays. */
interface Known {
  readonly uid: string
  readonly resourceVersion: string
  readonly gone: boolean
}

/** What an event means to somebody who knows what was before. */
export type News =
  | { readonly kind: 'stale' }
  | { readonly kind: 'changed'; readonly predecessor: ObjectMeta | undefined }
  | { readonly kind: 'gone' }

const stale: News = { kind: 'stale' }

/** More objects than this that went since the last list are forgotten, and the floor is raised instead. */
const mostGone = 10_000

/**
 * Which objects were delivered, at which resourceVersion: it tells news from duplicates and replays, and a list that
 * shows the past from one that shows the present. For one key resourceVersions only grow, whatever the uid.
 */
export class KnownObjects {
  #known = new Map<ObjectKey, Known>()
  #goneCount = 0
  /** The newest resourceVersion that was seen in a list, an event or a bookmark. */
  #newest = ''
  #listNeeded = true
  /** An object that is not known is no news at or below this resourceVersion: it was listed, or went before. */
  #floor = ''
  /** Grows whenever those that are gone are forgotten. */
  #forgotten = 0

  /** Where a watch goes on; absent when a list must come first. */
  get position(): string | undefined {
    return this.#listNeeded ? undefined : this.#newest
  }

  /** Changes when `contradicts` can no longer judge a list that was begun before. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** Takes a complete list as the truth; gives the objects that were replaced by another of the same name. */
  replace(objects: readonly KubeObject[], resourceVersion: string): readonly ObjectMeta[] {
    const before = this.#known
    this.#known = new Map(objects.map(({ metadata }) => [keyOf(metadata), knownOf(metadata, false)]))
    this.#goneCount = 0
    this.#listNeeded = false
    this.#newest = resourceVersion
    this.#floor = resourceVersion
    this.#forgotten += 1
    return objects.flatMap(({ metadata }) => predecessorOf(metadata, before.get(keyOf(metadata))) ?? [])
  }

  /** Whether a list shows an earlier moment than what was delivered already. */
  isBehind(objects: readonly KubeObject[], resourceVersion: string): boolean {
    if (compareResourceVersions(resourceVersion, this.#newest) < 0) return true
    return objects.some(({ metadata }) => {
      const known = this.#known.get(keyOf(metadata))
      return (
        known !== undefined && compareResourceVersions(metadata.resourceVersion, known.resourceVersion) < 0
      )
    })
  }

  /** Takes an ADDED or MODIFIED object. */
  change(metadata: ObjectMeta): News {
    const key = keyOf(metadata)
    const known = this.#known.get(key)
    this.reach(metadata.resourceVersion)
    if (compareResourceVersions(metadata.resourceVersion, known?.resourceVersion ?? this.#floor) <= 0)
      return stale
    if (known?.gone === true) this.#goneCount -= 1
    this.#known.set(key, knownOf(metadata, false))
    return { kind: 'changed', predecessor: predecessorOf(metadata, known) }
  }

  /** Takes a DELETED object; its resourceVersion is that of the deletion. */
  remove(metadata: ObjectMeta): News {
    const key = keyOf(metadata)
    const known = this.#known.get(key)
    this.reach(metadata.resourceVersion)
    if (compareResourceVersions(metadata.resourceVersion, known?.resourceVersion ?? this.#floor) < 0)
      return stale
    if (known?.gone !== true) this.#goneCount += 1
    this.#known.set(key, knownOf(metadata, true))
    if (this.#goneCount > mostGone) this.#forgetGone()
    return known === undefined || known.gone ? stale : { kind: 'gone' }
  }

  /** Everything up to this resourceVersion was seen (a bookmark says so, or an event). */
  reach(resourceVersion = ''): void {
    if (compareResourceVersions(resourceVersion, this.#newest) > 0) this.#newest = resourceVersion
  }

  /** The next connection begins with a list; what is known stays, to compare that list with. */
  requireList(): void {
    this.#listNeeded = true
  }

  /**
   * Whether an event was lost, judged by a list of resourceVersions from another request. Only valid once `position`
   * has reached that list's own resourceVersion; later changes do not disturb it.
   */
  contradicts(listed: ReadonlyMap<ObjectKey, string>, resourceVersion: string): boolean {
    for (const [key, version] of listed) {
      if (compareResourceVersions(this.#known.get(key)?.resourceVersion, version) < 0) return true
    }
    for (const [key, known] of this.#known) {
      const older = compareResourceVersions(known.resourceVersion, resourceVersion) <= 0
      if (older && listed.get(key) !== (known.gone ? undefined : known.resourceVersion)) return true
    }
    return false
  }

  #forgetGone(): void {
    for (const [key, known] of this.#known) if (known.gone) this.#known.delete(key)
    this.#goneCount = 0
    this.#floor = this.#newest
    this.#forgotten += 1
  }
}

function knownOf({ uid = '', resourceVersion = '' }: ObjectMeta, gone: boolean): Known {
  return { uid, resourceVersion, gone }
}

function predecessorOf(now: ObjectMeta, known: Known | undefined): ObjectMeta | undefined {
  if (known === undefined || known.gone || known.uid === now.uid) return undefined
  const { name, namespace } = now
  const { uid, resourceVersion } = known
  return { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion }
}
