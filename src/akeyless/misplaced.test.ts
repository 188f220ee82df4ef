import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import type { Provider } from '../store/provider.ts'

let akeyless: AkeylessStandIn
let bench: ReturnType<typeof createBench>
let provider: Provider

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  akeyless.state.secret('/a', { value: 'alpha' })
  akeyless.state.dynamic('/dynamic')
  bench = createBench({ url: akeyless.url })
  provider = bench.open()
  await bench.read(provider, '/a')
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
})

const loseRoute = () => akeyless.state.fault({ kind: 'status', status: 404, text: 'no Route matched' })

test('a 404 in JSON of a proxy that lost its route proves no item missing, and heals', async () => {
  const lost = loseRoute()
  const during = [
    ...bench.shown(await provider.read([{ key: '/a', fresh: true }], reading())),
    await bench.reasonOf(bench.read(provider, '/a')),
    await bench.reasonOf(Promise.resolve(provider.find({ name: 'a', fresh: true }, reading()))),
  ]
  lost.remove()

  expect(during).toEqual(['UnexpectedResponse', 'UnexpectedResponse', 'UnexpectedResponse'])
  expect(bench.seen()).toContain('status is 404 and not from the API')
  expect(await bench.read(provider, '/a', '/none')).toEqual(['alpha', 'NotFound'])
})

test('nor that a lease is gone', async () => {
  const lease = await provider.leases?.mint('/dynamic', reading())
  const lost = loseRoute()
  const revoke = async () => lease && provider.leases?.revoke(lease, reading())

  expect(await bench.reasonOf(revoke())).toBe('UnexpectedResponse')
  lost.remove()
  expect(await revoke()).toBe('revoked')
})

test('many items that are missing at once cost one look at the token each, at most', async () => {
  const names = Array.from({ length: 30 }, (_, n) => `/none/${n}`)
  akeyless.calls.clear()

  expect(new Set(await bench.read(provider, ...names))).toEqual(new Set(['NotFound']))
  expect(akeyless.calls.count('/auth')).toBe(0)
  expect(akeyless.calls.count('/validate-token')).toBeLessThanOrEqual(names.length)
})
