import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { MemoryReferences } from '../../test/contract/memory-references.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { startBlackHole } from '../../test/fakes/loopback-server.ts'

const slots = 20
let akeyless: AkeylessStandIn
let bench: ReturnType<typeof createBench>

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  akeyless.state.accessKey({ accessId: 'p-other001', accessKey: 'canary-o', admin: true })
  for (let at = 0; at < 50; at++) akeyless.state.secret(`/shop/it-${at}`, { value: `value-${at}` })
  bench = createBench({ url: akeyless.url, maxConcurrentCalls: slots })
})
afterEach(async () => {
  bench.refuseLeaks()
  await bench.close()
  await akeyless.stop()
})

/** Readers of one item each, all at once. */
function readers(count: number): Promise<string[]> {
  const provider = bench.open()
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const outcomes = await bench
        .read(provider, `/shop/it-${at}`)
        .catch(async (error: unknown) => [
          await bench.reasonOf(Promise.reject(error instanceof Error ? error : new Error('none'))),
        ])
      return outcomes.join()
    }),
  )
}

test('F33: a burst of 503 costs a bound of calls however many ask, and is over soon after it ends', async () => {
  await readers(50)
  const fault = akeyless.state.fault({ kind: 'status', status: 503 })
  const during = [...(await readers(50)), ...(await readers(50)), ...(await readers(50))]
  const { hits } = fault
  fault.remove()
  await expect.poll(() => readers(1), { timeout: 8000, interval: 100 }).toEqual(['value-0'])

  expect(new Set(during)).toEqual(new Set(['GatewayUnreachable']))
  expect(hits).toBeLessThan(10 + slots)
})

test('F33: what is told to others names no item of those who failed', async () => {
  akeyless.state.fault({ kind: 'status', status: 503 })
  for (let round = 0; round < 12; round++)
    await bench.reasonOf(bench.open().read([{ key: '/shop/it-0' }], reading()))
  bench.errors.length = 0
  const other = new MemoryReferences('other')
  other.set('akeyless', { id: 'p-other001', type: 'access_key', key: 'canary-o' })
  await bench.reasonOf(bench.open({}, other).check(reading()))

  const [error] = bench.errors
  expect(error).toMatchObject({
    reason: 'GatewayUnreachable',
    message: expect.stringContaining('status is 503') as string,
  })
  expect(String(error)).toContain('nobody asks it now, and one call tries it again within 10 s')
  expect(String(error)).not.toContain(accessId)
})

test('a Gateway that denies and misses items is well', async () => {
  await readers(1)
  akeyless.state.fault({ kind: 'status', status: 403, name: '/shop/it-1' })
  for (let round = 0; round < 15; round++) {
    await bench.read(bench.open(), '/shop/it-1').catch(() => {})
    await bench.read(bench.open(), '/shop/none').catch(() => {})
  }

  expect(await readers(1)).toEqual(['value-0'])
})

test('F34: all who ask wait for a short Retry-After, and nobody calls meanwhile', async () => {
  await readers(50)
  akeyless.state.calls.clear()
  akeyless.state.fault({ kind: 'status', status: 429, retryAfter: '1', times: 1 })
  const values = await readers(50)
  const calls = akeyless.state.calls.all
  const refusedMs = calls.find((it) => it.status === 429)?.time.getTime() ?? 0
  const early = calls.filter((it) => it.time.getTime() > refusedMs && it.time.getTime() < refusedMs + 950)

  expect(values).toEqual(Array.from({ length: 50 }, (_, at) => `value-${at}`))
  // Those that were under way already.
  expect(early.length).toBeLessThan(slots)
})

test('F34: a long Retry-After to one is the pause of all who use that Gateway, without a call', async () => {
  await readers(1)
  akeyless.state.fault({ kind: 'status', status: 429, retryAfter: '60', times: 1 })
  await readers(1)
  akeyless.state.calls.clear()
  const other = new MemoryReferences('other')
  other.set('akeyless', { id: 'p-other001', type: 'access_key', key: 'canary-o' })
  bench.errors.length = 0
  expect(await bench.reasonOf(bench.open({}, other).check(reading()))).toBe('Throttled')
  expect(new Set(await readers(50))).toEqual(new Set(['Throttled']))

  expect(akeyless.state.calls.count()).toBe(0)
  const waits = bench.errors.map((it) => Number((it as { retryAfterMs?: number }).retryAfterMs))
  expect(Math.min(...waits)).toBeGreaterThan(55_000)
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(5000)
})

test('F32: a Gateway that is a black hole is tried by one at a time, and another one is not concerned', async () => {
  await using hole = await startBlackHole()
  const lost = createBench({ url: `http://127.0.0.1:${hole.port}`, probeTimeoutMs: 1200, giveUpMs: 2000 })
  const check = () => lost.reasonOf(lost.open().check(reading()))
  const first = await Promise.all(Array.from({ length: 50 }, check))
  const startedMs = performance.now()
  const second = await Promise.all(Array.from({ length: 50 }, check))
  const tookMs = performance.now() - startedMs
  const beside = await readers(50)
  await lost.close()

  expect(new Set([...first, ...second])).toEqual(new Set(['GatewayUnreachable']))
  expect(tookMs).toBeLessThan(500)
  expect(lost.calls).toEqual(['probe GatewayUnreachable'])
  expect(beside[49]).toBe('value-49')
})

test('F46: a thousand who start together cost one login', async () => {
  const provider = bench.open()
  const results = await Promise.all(
    Array.from({ length: 1000 }, () => bench.reasonOf(provider.check(reading()))),
  )

  expect(new Set(results)).toEqual(new Set(['ok']))
  expect(akeyless.state.calls.count('/auth')).toBe(1)
})
