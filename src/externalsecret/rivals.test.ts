import { expect, test } from 'vitest'
import type { ManagedFields } from '../kube/object.ts'
import { markRival, rivalOf } from './rivals.ts'

const startMs = Date.UTC(2026, 0, 1, 12)
const at = (offsetMs: number) => new Date(startMs + offsetMs).toISOString().replace(/\.\d+Z$/, 'Z')

function marked(...managedFields: ManagedFields[]) {
  return markRival({ metadata: { name: 'db', managedFields } }, 'ours')
}

test('the newest foreign write of the status is kept', () => {
  const object = marked(
    { manager: 'older', subresource: 'status', time: at(1000) },
    { manager: 'newer', subresource: 'status', time: at(3000) },
    { manager: 'ours', subresource: 'status', time: at(9000) },
    { manager: 'kubectl', time: at(8000) },
    { manager: 'timeless', subresource: 'status' },
    { manager: 'broken', subresource: 'status', time: 'soon' },
  )

  expect(object).toMatchObject({ rival: 'newer', rivalWroteAtMs: startMs + 3000 })
})

test('an object whose status nobody else wrote has no mark', () => {
  expect(marked({ manager: 'ours', subresource: 'status', time: at(0) })).not.toHaveProperty('rival')
  expect(markRival({ metadata: { name: 'db' } }, 'ours')).toEqual({ metadata: { name: 'db' } })
})

test.each([
  ['that wrote before we started is none', -1000, 0, undefined],
  ['that wrote after we started is one', 1000, 1000, 'eso'],
  ['is one for an hour', 1000, 3_600_000, 'eso'],
  ['that was quiet for an hour is none', 1000, 3_601_000, undefined],
])('another controller %s', (_, wroteMs, nowMs, rival) => {
  const mark = marked({ manager: 'eso', subresource: 'status', time: at(wroteMs) })

  expect(rivalOf(mark, startMs, startMs + nowMs)).toBe(rival)
})
