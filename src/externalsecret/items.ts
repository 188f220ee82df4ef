import { LRUCache } from 'lru-cache'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { keyOf, type ObjectKey } from '../kube/object.ts'
import type { Indexers, ReadStore } from '../runtime/store.ts'
import { goPattern } from '../std/go-pattern.ts'

const byItem = 'item'
const byFind = 'find'
const anyFind = 'any'

/** How ExternalSecrets are found from the items they read. Raw objects may be of any shape: nothing here may throw. */
export const itemIndexers: Indexers<ExternalSecret> = {
  [byItem]: { ofSpec: (object) => [...new Set(keysIn(object).map(absolute))] },
  [byFind]: { ofSpec: (object) => (findsIn(object).length > 0 ? [anyFind] : []) },
}

const patterns = new LRUCache<string, { readonly isMatch: ((name: string) => boolean) | undefined }>({
  max: 500,
})

/** The ExternalSecrets that read one of these items, by name or by a find that may find it. */
export function keysOfItems(
  secrets: ReadStore<ExternalSecret>,
  items: ReadonlySet<string>,
): ReadonlySet<ObjectKey> {
  const names = [...items].map(absolute)
  const readers = names.flatMap((it) => secrets.byIndex(byItem, it))
  const finders = secrets.byIndex(byFind, anyFind).filter((it) => mayFind(it, names))
  return new Set([...readers, ...finders].map((it) => keyOf(it.metadata)))
}

/** Names with and without a slash at their beginning are the same item. */
function absolute(name: string): string {
  return name.startsWith('/') ? name : `/${name}`
}

function keysIn({ spec }: ExternalSecret): string[] {
  const refs = [
    ...listOf(spec?.data).map((it) => it?.remoteRef),
    ...listOf(spec?.dataFrom).map((it) => it?.extract),
  ]
  return refs.map((it) => it?.key).filter((it) => typeof it === 'string')
}

type Find = NonNullable<NonNullable<ExternalSecret['spec']['dataFrom']>[number]['find']>

function findsIn({ spec }: ExternalSecret): Find[] {
  return listOf(spec?.dataFrom)
    .map((it) => it?.find)
    .filter((it) => typeof it === 'object' && it !== null)
}

function listOf<T>(list: readonly T[] | undefined): readonly T[] {
  return Array.isArray(list) ? list : []
}

/** By tags any item may be found: what tags it has the event does not tell. */
function mayFind(object: ExternalSecret, names: readonly string[]): boolean {
  return findsIn(object).some(({ path, name }) => {
    const inPath = names.filter((it) => it.startsWith(absolute(typeof path === 'string' ? path : '')))
    return inPath.length > 0 && (name === undefined || inPath.some(matcherOf(name.regexp)))
  })
}

function matcherOf(regexp: unknown): (name: string) => boolean {
  if (typeof regexp !== 'string') return () => false
  const known = patterns.get(regexp) ?? { isMatch: goPattern(regexp) }
  patterns.set(regexp, known)
  return known.isMatch ?? (() => false)
}
