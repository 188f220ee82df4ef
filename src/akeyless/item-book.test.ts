import { beforeEach, expect, test } from 'vitest'
import { ItemBook } from './item-book.ts'
import type { ItemFacts } from './item-facts.ts'

const owner = 1
const known: ItemFacts = {
  type: 'STATIC_SECRET',
  id: 7,
  version: 3,
  modifiedMs: 1000,
  rotatedMs: -1,
  tags: 'tags',
  isDenied: false,
}

let book: ItemBook

beforeEach(() => {
  book = new ItemBook()
  book.learn(owner, '/a', known, { startedMs: 1, endedMs: 1 })
})

const learn = (seen: Partial<ItemFacts>) =>
  book.learn(owner, '/a', { ...known, ...seen }, { startedMs: 2, endedMs: 2 }).facts

test.each<[string, Partial<ItemFacts>]>([
  ['an older version', { version: 2 }],
  ['an older date', { modifiedMs: 999, version: 4 }],
  ['a short view without version', { version: -1, modifiedMs: -1, tags: '' }],
  ['a short view without version and id', { id: -1, version: -1, modifiedMs: -1 }],
  ['a short view that names another kind of type', { type: 'RSA2048', version: -1, modifiedMs: -1 }],
])('%s of the same item is not believed', (_, seen) => {
  expect(learn(seen)).toEqual(known)
})

test.each<[string, Partial<ItemFacts>]>([
  ['with a lower version', { id: 8, version: 1, modifiedMs: 2000 }],
  ['that never rotated', { id: 8, type: 'ROTATED_SECRET', version: 1, modifiedMs: 2000 }],
  ['that never rotated, where ids are not told', { id: -1, type: 'ROTATED_SECRET', modifiedMs: 2000 }],
  ['that a short view shows without version', { id: 8, version: -1, modifiedMs: -1 }],
])('an item that was made anew under the name, %s, takes the place of the old one', (_, seen) => {
  expect(learn(seen)).toEqual({ ...known, ...seen })
})
