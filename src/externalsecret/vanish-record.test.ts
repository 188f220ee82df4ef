import { expect, test } from 'vitest'
import { createVanishRecord } from './vanish-record.ts'

const hourMs = 3_600_000
const items = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `/i${from + index}`)

test('what vanished of late is counted with all that is there', () => {
  const record = createVanishRecord()
  record.present('main', items(8), 0)

  expect(record.vanished('main', items(2), 1000, hourMs)).toEqual({ count: 2, of: 8 })
  expect(record.vanished('main', items(1, 5), 2000, hourMs)).toEqual({ count: 3, of: 8 })
})

test('what vanished long ago, or came back, no longer counts', () => {
  const record = createVanishRecord()
  record.vanished('main', items(3), 0, hourMs)
  record.present('main', items(1), 1000)

  expect(record.vanished('main', [], 2000, hourMs)).toEqual({ count: 2, of: 3 })
  expect(record.vanished('main', items(2, 1), hourMs, hourMs)).toEqual({ count: 0, of: 1 })
})

test('what was not read for a day is no evidence', () => {
  const record = createVanishRecord()
  record.present('main', items(100), 0)

  expect(record.vanished('main', ['/x'], 24 * hourMs, hourMs)).toEqual({ count: 1, of: 1 })
})

test('stores are counted apart', () => {
  const record = createVanishRecord()
  record.vanished('main', items(9), 0, hourMs)

  expect(record.vanished('other', items(1), 0, hourMs)).toEqual({ count: 1, of: 1 })
})
