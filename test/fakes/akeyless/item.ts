import { createHash } from 'node:crypto'
import { withSlash } from './roles.ts'

export type ItemType = 'STATIC_SECRET' | 'ROTATED_SECRET' | 'CERTIFICATE' | 'DYNAMIC_SECRET' | 'CLASSIC_KEY'
export type StaticFormat = 'text' | 'json' | 'key-value'

/** Text of a static secret, or the fields of a rotated secret, a certificate or a classic key. */
export type Content = string | Readonly<Record<string, string>>

export interface ItemVersion {
  readonly version: number
  readonly content: Content
  readonly createdAtMs: number
}

export interface Item {
  readonly name: string
  readonly id: number
  readonly displayId: string
  readonly type: ItemType
  readonly subType: 'generic' | 'password'
  format: StaticFormat
  tags: readonly string[]
  deleteProtection: boolean
  /** Oldest first; the last one is the latest. */
  versions: readonly ItemVersion[]
  readonly createdAtMs: number
  modifiedAtMs: number
  rotatedAtMs?: number
}

export interface NewItem {
  readonly type: ItemType
  readonly subType?: 'generic' | 'password'
  readonly format?: StaticFormat
  readonly tags?: readonly string[]
  readonly content: Content
  readonly deleteProtection?: boolean
}

/** The items of the account, by their names with a leading slash. */
export class Items {
  readonly #byName = new Map<string, Item>()
  #lastId = 1000

  get(name: string): Item | undefined {
    return this.#byName.get(withSlash(name))
  }

  all(): Iterable<Item> {
    return this.#byName.values()
  }

  /** A new item with version 1; one of the same name is replaced by a new id. */
  create(name: string, fresh: NewItem, nowMs: number): Item {
    const item = {
      ...itemOf(withSlash(name), ++this.#lastId, fresh),
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
    }
    addVersion(item, fresh.content, nowMs)
    this.#byName.set(item.name, item)
    return item
  }

  delete(name: string): boolean {
    return this.#byName.delete(withSlash(name))
  }
}

function itemOf(name: string, id: number, fresh: NewItem): Omit<Item, 'createdAtMs' | 'modifiedAtMs'> {
  return {
    name,
    id,
    displayId: createHash('sha256').update(`${id}`).digest('hex').slice(0, 20),
    type: fresh.type,
    subType: fresh.subType ?? 'generic',
    format: fresh.format ?? 'text',
    tags: fresh.tags ?? [],
    deleteProtection: fresh.deleteProtection ?? false,
    versions: [],
  }
}

/** Writes the next version; numbers are never used twice. Returns its number. */
export function addVersion(item: Item, content: Content, nowMs: number, keepPrevious = true): number {
  const version = lastVersionOf(item) + 1
  const kept = keepPrevious ? item.versions : item.versions.slice(0, -1)
  item.versions = [...kept, { version, content, createdAtMs: nowMs }]
  item.modifiedAtMs = nowMs
  return version
}

/** Writes other content as the version that is there, as a rotation does that moves its own date alone. */
export function rotateInPlace(item: Item, content: Content, nowMs: number): void {
  const version = { version: lastVersionOf(item), content, createdAtMs: nowMs }
  item.versions = [...item.versions.slice(0, -1), version]
}

/** 0 for an item that has none yet. */
export function lastVersionOf(item: Item): number {
  return item.versions.at(-1)?.version ?? 0
}
