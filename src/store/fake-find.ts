import type { FakeProvider } from '../api/fake-spec.ts'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { goPattern } from '../std/go-pattern.ts'
import { Redacted } from '../std/redacted.ts'
import type { FindRequest, FoundItem } from './provider.ts'

type Items = FakeProvider['data']

/**
 * Finds items by a pattern anywhere in their key, as ESO's fake provider does: each in its last version, the versions
 * being compared as texts; it knows no folders and no tags, and looks past `path`. Throws Failure InvalidSpec.
 */
export function findFake({ name }: FindRequest, items: Items): readonly FoundItem[] {
  if (name === undefined) throw invalid('the provider fake needs find.name: its items have no tags')
  const isMatch = goPattern(name)
  if (isMatch === undefined) throw invalid('find.name.regexp is not a regular expression (RE2)')
  const found = lastVersions(items.filter((it) => isMatch(it.key)))
  return found
    .map(({ key, value }) => ({ key, value: { text: new Redacted(value) } }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

function lastVersions(items: Items): Items {
  const last = new Map<string, Items[number]>()
  for (const item of items) {
    const known = last.get(item.key)
    if (known === undefined || (known.version ?? '') < (item.version ?? '')) last.set(item.key, item)
  }
  return [...last.values()]
}

function invalid(why: string): Failure {
  return failure('InvalidSpec', `Cannot find items: ${why}`)
}
