import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import { itemIndexers, keysOfItems } from './items.ts'

let objects: IndexedStore<ExternalSecret>

beforeEach(() => {
  objects = new IndexedStore(itemIndexers)
})

function put(name: string, spec: unknown): void {
  objects.put({ metadata: { namespace: 'shop', name }, spec } as ExternalSecret)
}

const readersOf = (...items: string[]) => [...keysOfItems(objects, new Set(items))]

test('whoever reads an item by name is found, with and without a slash before it', () => {
  put('data', { data: [{ secretKey: 'a', remoteRef: { key: '/db/a' } }] })
  put('extract', { dataFrom: [{ extract: { key: 'db/a' } }] })
  put('other', { data: [{ secretKey: 'a', remoteRef: { key: '/db/b' } }] })

  expect(readersOf('/db/a')).toEqual(['shop/data', 'shop/extract'])
  expect(readersOf('db/a', '/db/b')).toEqual(['shop/data', 'shop/extract', 'shop/other'])
  expect(readersOf('/nobody/reads/this')).toEqual([])
})

test('whoever may find it is found: by path, by pattern; by tags always', () => {
  put('path', { dataFrom: [{ find: { path: 'prod', tags: { team: 'a' } } }] })
  put('pattern', { dataFrom: [{ find: { name: { regexp: '^/prod/.*-key$' } } }] })
  put('both', { dataFrom: [{ find: { path: '/dev/', name: { regexp: 'key' } } }] })
  put('wrong', { dataFrom: [{ find: { name: { regexp: '(' } } }] })

  expect(readersOf('/prod/a-key')).toEqual(['shop/path', 'shop/pattern'])
  expect(readersOf('/prod/a')).toEqual(['shop/path'])
  expect(readersOf('/dev/key')).toEqual(['shop/both'])
})

test('one that changed is found by what it reads now', () => {
  put('data', { data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] })
  put('data', { data: [{ secretKey: 'a', remoteRef: { key: '/b' } }] })

  expect([readersOf('/a'), readersOf('/b')]).toEqual([[], ['shop/data']])
})

test('objects of any shape break nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (data, dataFrom) => {
      expect(() => put('odd', { data, dataFrom })).not.toThrow()
      expect(readersOf('/a')).toBeInstanceOf(Array)
    }),
    { numRuns: 300 },
  )
})
