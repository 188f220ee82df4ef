import { expect, test } from 'vitest'
import { syncedVerdict } from './synced.ts'

const object = (status?: object) => ({ metadata: { name: 'x' }, ...(status === undefined ? {} : { status }) })
const ready = (status: string, reason: string) => object({ conditions: [{ type: 'Ready', status, reason }] })

async function* pages(...all: readonly (readonly object[])[]) {
  for (const it of all) yield await Promise.resolve(it as never)
}

test('all that are Ready are well', async () => {
  expect(await syncedVerdict(pages([ready('True', 'Synced')], [ready('True', 'Synced')]))).toEqual({
    status: 'ok',
    message: 'all 2 are Ready',
  })
  expect(await syncedVerdict(pages([]))).toEqual({ status: 'ok', message: 'there are none' })
})

test('those that are not are counted by their commonest reasons', async () => {
  const bad = (reason: string, count: number) => Array.from({ length: count }, () => ready('False', reason))
  const all = pages(
    bad('NotFound', 2),
    [...bad('AuthFailed', 3), ready('True', 'Synced')],
    [object(), ...bad('Throttled', 2)],
  )

  expect(await syncedVerdict(all)).toMatchObject({
    status: 'warn',
    message: '8 of 9 are not Ready: 3 AuthFailed, 2 NotFound, 2 Throttled, and others',
  })
})
