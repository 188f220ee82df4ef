import { beforeEach, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'

const hourMs = 3_600_000
let bench: ReconcileBench

const entry = (name: string, secretKey = name) => ({ secretKey, remoteRef: { key: `/${name}` } })
const data = () => Object.fromEntries(bench.dataOf('shop/db'))

beforeEach(() => {
  bench = new ReconcileBench()
  for (const name of ['a', 'b']) bench.items.set(`/${name}`, `of ${name}`)
})

test('deletionPolicy Delete with creationPolicy Orphan takes keys away, and never the Secret', async () => {
  bench.secrets.mayDelete = true
  const target = { creationPolicy: 'Orphan', deletionPolicy: 'Delete' }
  bench.change({ data: [entry('a'), entry('b')], target })
  await bench.sync()

  bench.items.delete('/a')
  bench.clock.advance(hourMs)
  await bench.sync()
  expect(data()).toEqual({ b: 'of b' })

  bench.items.delete('/b')
  bench.clock.advance(hourMs)
  await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'InvalidSpec', userMustAct: true })
  expect(data()).toEqual({ b: 'of b' })
})

test('of two entries for one key the later one wins, where the policy lets them stand', async () => {
  bench.change({ data: [entry('a', 'key'), entry('b', 'key')], target: { deletionPolicy: 'Merge' } })
  await bench.sync()
  expect(data()).toEqual({ key: 'of b' })

  bench.change({ data: [entry('a', 'key'), entry('b', 'key')], target: { deletionPolicy: 'Retain' } })
  await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'InvalidSpec' })
})
