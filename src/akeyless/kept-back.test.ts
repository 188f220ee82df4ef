import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessId, accessKey } from '../../test/contract/akeyless-bench.ts'
import { calling, openLeases } from '../../test/contract/lease-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { KeptBack } from '../net/gated.ts'

const item = '/shop/db'
/** More than a Gateway may fail in a row before nobody asks it any more. */
const many = 12

let akeyless: AkeylessStandIn
let bench: ReturnType<typeof openLeases>
let lease: ReturnType<typeof calling>
let isOver: boolean

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  akeyless.state.dynamic(item)
  isOver = false
  const mayGo = () => {
    if (isOver) throw new Error('leadership is over')
  }
  bench = openLeases(akeyless, { mayGo })
  lease = calling(bench.leases)
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
})

const results = () => (bench.audits() as Record<string, unknown>[]).map((it) => it['result'])

test('what may not go any more makes, extends and revokes nothing, is no defect, and shuts no circuit', async () => {
  const { id } = await lease.mint(item)
  const [before] = akeyless.state.leases.all
  const asked = () => [lease.mint(item), lease.extend({ item, id }, 7200), lease.revoke({ item, id })]
  isOver = true
  const ends = await Promise.allSettled(Array.from({ length: many / 3 }, asked).flat())
  isOver = false

  for (const it of ends) expect(it).toMatchObject({ status: 'rejected', reason: expect.any(KeptBack) })
  expect(akeyless.state.leases.all).toEqual([before])
  expect(results().slice(2)).toEqual(Array.from({ length: many }, () => 'Aborted'))
  expect(await lease.revoke({ item, id })).toBe('revoked')
})

test('a login that may not go any more counts as no refusal, and is no defect', async () => {
  isOver = true
  const ends = await Promise.allSettled(Array.from({ length: many }, () => lease.mint(item)))
  isOver = false

  for (const it of ends) expect(it).toMatchObject({ status: 'rejected', reason: expect.any(KeptBack) })
  expect(results()).not.toContain('Defect')
  expect(await lease.mint(item)).toMatchObject({ item })
})
