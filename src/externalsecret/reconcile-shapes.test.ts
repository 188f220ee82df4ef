import { inspect } from 'node:util'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'
import { Failure } from '../std/failure.ts'

let bench: ReconcileBench

beforeEach(() => {
  bench = new ReconcileBench()
})

test('whatever shape a spec and a status have, only a Failure is thrown, and no value is in it', async () => {
  const spec = fc.record(
    {
      secretStoreRef: fc.oneof(fc.jsonValue(), fc.constant({ name: 'main' })),
      data: fc.oneof(fc.jsonValue(), fc.constant(bench.object.spec.data)),
      dataFrom: fc.oneof(fc.jsonValue(), fc.constant([{ extract: { key: '/db/password' } }])),
      target: fc.jsonValue(),
      refreshInterval: fc.oneof(fc.jsonValue(), fc.constant('1h')),
      refreshPolicy: fc.oneof(fc.jsonValue(), fc.constantFrom('OnChange', 'CreatedOnce')),
      suspend: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const raw = fc.record(
    { spec: fc.oneof(spec, fc.jsonValue()), status: fc.jsonValue() },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(raw, async (rest) => {
      const { metadata } = bench.object
      const outcome = await bench.reconcile({ metadata, ...rest }).catch((error: unknown) => error)

      expect(outcome instanceof Error && !(outcome instanceof Failure)).toBe(false)
      expect(inspect(outcome, { depth: 10 })).not.toContain('canary')
    }),
    { numRuns: 500 },
  )
})

test('a status that cannot be read is as good as none', async () => {
  const verdict = await bench.reconcile({ ...bench.object, status: { conditions: 'x', refreshTime: 3 } })

  expect(verdict).toMatchObject({ kind: 'done', reason: 'Synced' })
})
