import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from './heap.ts'

const itemOf = (value: number) => ({ value, heapIndex: -1 })

test('gives its items in order, whatever was taken out of the middle', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.array(fc.nat()), (values, removals) => {
      const items = values.map(itemOf)
      const heap = new Heap<ReturnType<typeof itemOf>>((a, b) => a.value < b.value)
      for (const item of items) heap.push(item)
      const gone = new Set(removals.map((at) => items[at % Math.max(1, items.length)]))
      for (const item of gone) if (item !== undefined) heap.remove(item)

      const drained: number[] = []
      for (let top = heap.pop(); top !== undefined; top = heap.pop()) drained.push(top.value)

      const kept = items.filter((item) => !gone.has(item)).map((item) => item.value)
      expect(drained).toEqual(kept.sort((a, b) => a - b))
    }),
  )
})

test('leaves an item alone that it does not hold', () => {
  const heap = new Heap<ReturnType<typeof itemOf>>((a, b) => a.value < b.value)
  const held = itemOf(1)
  heap.push(held)

  heap.remove(itemOf(1))
  heap.remove({ value: 1, heapIndex: 0 })

  expect(heap.size).toBe(1)
})
