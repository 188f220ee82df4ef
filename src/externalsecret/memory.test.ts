import { expect, test } from 'vitest'
import { isStaleEcho, type Memories, memoryOf } from './memory.ts'

const memory = { uid: 'u1', refreshedAtMs: 0, target: 'shop/db', targetVersion: '10', storeVersion: 's/1' }

const secret = (resourceVersion: string, name = 'db') => ({
  metadata: { namespace: 'shop', name, resourceVersion },
  dataKeys: new Map(),
})

test.each([
  ['older than our write is an echo of the time before', memory, secret('9'), true],
  ['as we wrote it is none', memory, secret('10'), false],
  ['that was written after us is none', memory, secret('11'), false],
  ['that is gone is none', memory, undefined, false],
  ['of another name is none', memory, secret('9', 'other'), false],
  ['of which nothing is remembered is none', undefined, secret('9'), false],
  ['whose version is not known is none', { ...memory, targetVersion: '' }, secret('9'), false],
])('a Secret %s', (_, remembered, known, isStale) => {
  expect(isStaleEcho(remembered, known)).toBe(isStale)
})

test('an ExternalSecret that was made anew under the same name remembers nothing', () => {
  const memories: Memories = new Map([['shop/db', memory]])

  expect(memoryOf(memories, 'shop/db', 'u1')).toBe(memory)
  expect(memoryOf(memories, 'shop/db', 'u2')).toBeUndefined()
  expect(memoryOf(memories, 'shop/other', 'u1')).toBeUndefined()
})
