import * as fc from 'fast-check'
import { expect, test } from 'vitest'
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
