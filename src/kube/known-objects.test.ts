import { expect, test } from 'vitest'
import { objectOf } from '../../test/fakes/watch-server/recorder.ts'
import { KnownObjects } from './known-objects.ts'

const metadataOf = (name: string, version: number, uid?: string) =>
  objectOf(name, version, uid === undefined ? {} : { uid }).metadata

function knownAfterList(): KnownObjects {
  const known = new KnownObjects()
  known.replace([objectOf('a', 3), objectOf('b', 4)], '10')
  return known
}

test('a list must come first, and again when it is required', () => {
  const known = new KnownObjects()
  expect(known.position).toBeUndefined()

  known.replace([], '10')
  expect(known.position).toBe('10')

  known.requireList()
  expect(known.position).toBeUndefined()
})

test('the position never goes back', () => {
  const known = knownAfterList()

  known.reach('12')
  known.reach('11')
  known.change(metadataOf('a', 9))

  expect(known.position).toBe('12')
})

test('resourceVersions are compared as numbers of any length', () => {
  const known = knownAfterList()

  known.reach('9')
  known.reach('99999999999999999998')
  known.reach('99999999999999999999')

  expect(known.position).toBe('99999999999999999999')
})

test('an event out of order for another object is news', () => {
  const known = knownAfterList()
  known.change(metadataOf('c', 13))

  expect(known.change(metadataOf('d', 12)).kind).toBe('changed')
})

test('an object that went before the list does not come back', () => {
  expect(knownAfterList().change(metadataOf('z', 9)).kind).toBe('stale')
})

test('an object that went comes back only as a newer one', () => {
  const known = knownAfterList()

  expect(known.remove(metadataOf('a', 14)).kind).toBe('gone')
  expect(known.remove(metadataOf('a', 14)).kind).toBe('stale')
  expect(known.change(metadataOf('a', 13)).kind).toBe('stale')
  expect(known.change(metadataOf('a', 15, 'a-2'))).toEqual({ kind: 'changed', predecessor: undefined })
})

test('so many that went are forgotten, and their replays still are no news', () => {
  const known = knownAfterList()
  const forgotten = known.forgotten

  for (let version = 11; version < 10_100; version += 1) {
    known.remove(metadataOf(`gone-${version}`, version))
  }

  expect(known.forgotten).toBeGreaterThan(forgotten)
  expect(known.change(metadataOf('gone-11', 5)).kind).toBe('stale')
})

test('a list is behind when its moment or one of its objects is older than what is known', () => {
  const known = knownAfterList()
  known.change(metadataOf('a', 12))

  expect(known.isBehind([], '11')).toBe(true)
  expect(known.isBehind([objectOf('a', 11)], '13')).toBe(true)
  expect(known.isBehind([objectOf('a', 12)], '12')).toBe(false)
})

test.each<[string, [string, number][], boolean]>([
  [
    'the same',
    [
      ['a', 3],
      ['b', 4],
    ],
    false,
  ],
  [
    'a changed object',
    [
      ['a', 11],
      ['b', 4],
    ],
    true,
  ],
  [
    'an object more',
    [
      ['a', 3],
      ['b', 4],
      ['c', 11],
    ],
    true,
  ],
  ['an object less', [['a', 3]], true],
  [
    'an object as it was before what is known of it (a restored etcd)',
    [
      ['a', 2],
      ['b', 4],
    ],
    true,
  ],
])('another list that shows %s tells whether an event was lost', (_, listed, expected) => {
  const versions = new Map(listed.map(([name, version]) => [`shop/${name}`, `${version}`]))

  expect(knownAfterList().contradicts(versions, '11')).toBe(expected)
})

test('what happened after the other list is no contradiction', () => {
  const known = knownAfterList()
  known.change(metadataOf('c', 12))
  known.change(metadataOf('a', 13))
  known.remove(metadataOf('b', 14))
  const listed = new Map([
    ['shop/a', '3'],
    ['shop/b', '4'],
  ])

  expect(known.contradicts(listed, '11')).toBe(false)
})
