import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Recent } from './recent.ts'

test('keeps at least the last entries that were used, and at most twice as many', () => {
  const steps = fc.array(fc.record({ key: fc.nat(12), does: fc.constantFrom('get', 'set', 'delete') }))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), steps, (most, all) => {
      const recent = new Recent<number, string>(most)
      let used: number[] = []
      const gone = new Set<number>()
      for (const [at, { key, does }] of all.entries()) {
        const isKept = recent.get(key) !== undefined
        if (does === 'set') recent.set(key, `${key} ${at}`)
        if (isKept || does === 'set') used = [key, ...used.filter((it) => it !== key)]
        if (does === 'set') gone.delete(key)
        if (does === 'delete') {
          recent.delete(key)
          gone.add(key)
        }

        const held = [...recent.values()].map((it) => Number(it.split(' ')[0]))
        expect(held).toEqual(expect.arrayContaining(used.slice(0, most).filter((it) => !gone.has(it))))
        expect(held).toHaveLength(new Set(held).size)
        expect(held.length).toBeLessThan(2 * most)
      }
    }),
  )
})

test('gives the newest value of a key, and none of one that was deleted', () => {
  const recent = new Recent<string, number>(3)
  recent.set('a', 1)
  recent.set('b', 2)
  recent.set('a', 3)
  recent.set('c', 4)
  recent.delete('c')

  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([3, 2, undefined])
})
