import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { IndexedStore } from './indexed-store.ts'

type Tagged = KubeObject & { readonly tags: readonly string[] }

const names = fc.constantFrom('a', 'b', 'c')
const tagged = fc.record({ name: names, tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')) })
const steps = fc.array(fc.oneof(tagged, fc.record({ name: names })))

test('an index gives the objects that have a value now, whatever they had before', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const store = new IndexedStore<Tagged>({ tag: ({ tags }) => tags })
      const model = new Map<string, Tagged>()
      for (const step of all) {
        const key = `shop/${step.name}`
        const object =
          'tags' in step ? { metadata: { namespace: 'shop', name: step.name }, tags: step.tags } : undefined
        expect(object === undefined ? store.delete(key) : store.put(object)).toBe(model.get(key))
        model.delete(key)
        if (object !== undefined) model.set(key, object)
      }

      for (const tag of ['x', 'y', 'z']) {
        const having = [...model.values()].filter((it) => it.tags.includes(tag))
        expect(new Set(store.byIndex('tag', tag))).toEqual(new Set(having))
        expect(store.byIndex('tag', tag)).toHaveLength(having.length)
      }
      expect(new Set(store.list('shop'))).toEqual(new Set(model.values()))
    }),
  )
})

describe('an index of specs', () => {
  const tagged = (tag: string, generation: number | undefined, uid = 'u1'): Tagged => ({
    metadata: { namespace: 'shop', name: 'a', uid, ...(generation !== undefined && { generation }) },
    tags: [tag],
  })

  test.each([
    { why: 'a new generation', before: tagged('x', 1), now: tagged('y', 2) },
    { why: 'another object of the same name', before: tagged('x', 1), now: tagged('y', 1, 'u2') },
    {
      why: 'an object that counts no generations',
      before: tagged('x', undefined),
      now: tagged('y', undefined),
    },
  ])('follows $why', ({ before, now }) => {
    const store = new IndexedStore<Tagged>({ tag: { ofSpec: ({ tags }) => tags } })
    store.put(before)
    store.put(now)

    expect(store.byIndex('tag', 'x')).toEqual([])
    expect(store.byIndex('tag', 'y')).toEqual([now])
  })

  test('gives the newest object, and is not asked for a new status', () => {
    let asked = 0
    const valuesOf = ({ tags }: Tagged) => {
      asked += 1
      return tags
    }
    const store = new IndexedStore<Tagged>({ tag: { ofSpec: valuesOf } })
    store.put(tagged('x', 1))
    const now = tagged('x', 1)
    store.put(now)

    expect(store.byIndex('tag', 'x')).toEqual([now])
    expect(store.byIndex('tag', 'x')[0]).toBe(now)
    expect(asked).toBe(1)
  })
})
