import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  accessId,
  accessKey,
  createBench,
  reading,
  withAccessKey,
} from '../../test/contract/akeyless-bench.ts'
import { MemoryReferences } from '../../test/contract/memory-references.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'

const canary = 'canary-value-1234abcd'

let akeyless: AkeylessStandIn
let bench: ReturnType<typeof createBench>
let clock: ManualClock

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey })
  akeyless.state.role({ accessId, rules: [{ path: '/shop/*', capabilities: ['read'] }] })
  akeyless.state.secret('/shop/db', { value: canary })
  clock = new ManualClock()
  clock.jumpWall(Date.now() - clock.now())
  bench = createBench({ url: akeyless.url, clock })
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
})

/** Time passes here and at Akeyless alike. */
function pass(ms: number): void {
  clock.advance(ms)
  akeyless.state.advance(ms)
}

describe('the token', () => {
  test('of 1,000 reads at once is one login', async () => {
    const providers = Array.from({ length: 1000 }, () => bench.open())

    const values = await Promise.all(providers.map((it) => bench.read(it, '/shop/db')))

    expect(new Set(values.flat())).toEqual(new Set([canary]))
    expect(akeyless.calls.count('/auth')).toBe(1)
    expect(bench.cache.miss).toBe(1)
  })

  test.each(['rfc3339', 'unix', 'absent'] as const)(
    'is renewed after four fifths of its life and not before, with expiration %s',
    async (expiration) => {
      akeyless.state.guesses = { ...akeyless.state.guesses, expiration }
      const provider = bench.open()
      await bench.read(provider, '/shop/db')

      pass(0.75 * 3_600_000)
      await bench.read(provider, '/shop/db')
      const before = akeyless.calls.count('/auth')
      pass(0.06 * 3_600_000)
      await bench.read(provider, '/shop/db')

      expect(before).toBe(1)
      expect(akeyless.calls.count('/auth')).toBe(2)
    },
  )

  test('that is revoked or expired costs one login inside the read, and shows nothing', async () => {
    const provider = bench.open()
    await bench.read(provider, '/shop/db')
    akeyless.state.revokeTokens()

    const values = await Promise.all(Array.from({ length: 50 }, () => bench.read(provider, '/shop/db')))

    expect(new Set(values.flat())).toEqual(new Set([canary]))
    expect(akeyless.calls.count('/auth')).toBe(2)
  })

  test('that is revoked between its arrival and its use shows nothing', async () => {
    const provider = bench.open()
    await provider.check(reading())
    akeyless.state.fault({ kind: 'revokeToken', path: '/get-secret-value', times: 1 })

    expect(await bench.read(provider, '/shop/db')).toEqual([canary])
  })

  test('serves on while its renewal fails, and is renewed when that heals', async () => {
    const provider = bench.open()
    await bench.read(provider, '/shop/db')
    pass(0.85 * 3_600_000)
    const fault = akeyless.state.fault({ kind: 'status', status: 503, path: '/auth' })

    const during = [await bench.read(provider, '/shop/db'), await bench.read(provider, '/shop/db')]
    fault.remove()
    pass(0.05 * 3_600_000)
    const after = await bench.read(provider, '/shop/db')

    expect([...during, after].flat()).toEqual([canary, canary, canary])
    expect(fault.hits).toBe(1)
    expect(akeyless.calls.of('/auth').filter((it) => it.status < 300)).toHaveLength(2)
  })

  test('is not ended for others by one who stops waiting for the login', async () => {
    akeyless.state.fault({ kind: 'latency', ms: 200, path: '/auth' })
    const abort = new AbortController()
    const provider = bench.open()

    const first = provider.check(reading(abort.signal))
    const second = provider.check(reading())
    setTimeout(() => abort.abort(new Error('enough')), 50)

    expect(await Promise.allSettled([first, second])).toMatchObject([
      { status: 'rejected' },
      { status: 'fulfilled' },
    ])
    expect(akeyless.calls.count('/auth')).toBe(1)
  })
})

describe('a refused login', () => {
  const wrong = () => withAccessKey('uid', 'canary-wrong-key')

  test('is never the fifth in a row, however many ask for an hour', async () => {
    akeyless.state.guesses = { ...akeyless.state.guesses, blockedStatus: 401 }
    const providers = Array.from({ length: 20 }, () => bench.open({}, wrong()))
    const attempts: number[] = []

    for (let second = 0; second < 3600; second += 5) {
      const before = akeyless.calls.count('/auth')
      await Promise.all(providers.map((it) => bench.reasonOf(it.check(reading()))))
      if (akeyless.calls.count('/auth') > before) attempts.push(second)
      pass(5000)
    }

    expect(attempts.slice(0, 4)).toEqual([0, 5, 15, 315])
    const gaps = attempts.slice(3).map((at, index) => at - (attempts[index + 2] ?? 0))
    expect(new Set(gaps)).toEqual(new Set([300]))
  })

  test('is told at once to all who ask in the pause, with the time left', async () => {
    const provider = bench.open({}, wrong())
    await bench.reasonOf(provider.check(reading()))
    pass(2000)

    const error = await provider.check(reading()).catch((it: unknown) => it)

    expect(error).toMatchObject({ reason: 'AuthFailed', retryAfterMs: 3000 })
    expect(akeyless.calls.count('/auth')).toBe(1)
  })

  test('heals at once when the Secret is mended, also after its third refusal', async () => {
    const references = wrong()
    const provider = bench.open({}, references)
    for (let tries = 0; tries < 10; tries++) {
      await bench.reasonOf(provider.check(reading()))
      pass(10_000)
    }
    references.set('akeyless', { id: accessId, type: 'access_key', key: accessKey })

    const reason = await bench.reasonOf(provider.check(reading()))

    expect(reason).toBe('ok')
    expect(akeyless.calls.count('/auth')).toBe(4)
  })

  test('of ever new wrong keys stops at four, and heals within five minutes', async () => {
    const references = withAccessKey()
    const provider = bench.open({}, references)
    for (let key = 0; key < 20; key++) {
      references.set('akeyless', { id: accessId, type: 'access_key', key: `canary-wrong-${key}` })
      await bench.reasonOf(provider.check(reading()))
    }
    const refused = akeyless.calls.count('/auth')
    references.set('akeyless', { id: accessId, type: 'access_key', key: accessKey })

    const during = await bench.reasonOf(provider.check(reading()))
    pass(300_000)
    const after = await bench.reasonOf(provider.check(reading()))

    expect(refused).toBe(4)
    expect([during, after]).toEqual(['AuthFailed', 'ok'])
  })

  test('of many wrong keys at once is four calls at most', async () => {
    const providers = Array.from({ length: 50 }, (_, index) =>
      bench.open({}, withAccessKey(`o${index}`, `canary-${index}`)),
    )

    await Promise.all(providers.map((it) => bench.reasonOf(it.check(reading()))))

    expect(akeyless.calls.count('/auth')).toBe(4)
  })

  test('that is throttled pauses all who ask, and heals when the pause is over', async () => {
    const fault = akeyless.state.fault({ kind: 'status', status: 429, path: '/auth' })
    for (let second = 0; second < 60; second++) {
      await bench.reasonOf(bench.open().check(reading()))
      pass(1000)
    }
    const hits = fault.hits
    fault.remove()
    pass(80_000)

    expect(hits).toBe(4)
    expect(await bench.reasonOf(bench.open().check(reading()))).toBe('ok')
  })

  test('of one leaves others with another access id alone', async () => {
    akeyless.state.accessKey({ accessId: 'p-other001', accessKey: 'canary-o' })
    const other = new MemoryReferences('other')
    other.set('akeyless', { id: 'p-other001', type: 'access_key', key: 'canary-o' })
    await bench.reasonOf(bench.open({}, wrong()).check(reading()))

    expect(await bench.reasonOf(bench.open({}, other).check(reading()))).toBe('ok')
  })

  test('is not counted again after a good one', async () => {
    for (let round = 0; round < 10; round++) {
      await bench.reasonOf(bench.open({}, withAccessKey(`bad${round}`, `canary-${round}`)).check(reading()))
      await bench.open({}, withAccessKey('good')).check(reading())
      akeyless.state.revokeTokens()
      await bench.read(bench.open({}, withAccessKey('good')), '/shop/db')
    }

    expect(akeyless.calls.of('/auth').filter((it) => it.status >= 400)).toHaveLength(10)
  })
})
