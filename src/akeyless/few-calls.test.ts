import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessId, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene, startStandIn } from '../../test/contract/akeyless-scene.ts'
import { alternatives } from '../../test/fakes/akeyless/guesses.ts'
import type { AkeylessStandIn } from '../../test/fakes/akeyless/stand-in.ts'
import type { Provider } from '../store/provider.ts'

let akeyless: AkeylessStandIn
let bench: Bench

beforeEach(async () => {
  akeyless = await startStandIn()
  bench = createBench({ url: akeyless.url })
})
afterEach(() => endScene(bench, akeyless))

/** Static secrets, whose value is their name. */
function secrets(...names: readonly string[]): readonly string[] {
  for (const it of names) akeyless.state.secret(it, { value: `canary ${it}` })
  return names
}

const many = (count: number, nameOf: (n: number) => string) =>
  secrets(...Array.from({ length: count }, (_, n) => nameOf(n)))
const valuesOf = (names: readonly string[]) => names.map((it) => `canary ${it}`)
const look = async (provider: Provider, names: readonly string[], maxAgeMs = 60_000) =>
  provider.versions?.(
    names.map((key) => ({ item: { key } })),
    { ...reading(), maxAgeMs },
  )

/** What a refresh does, for three keys each. */
async function refreshAll(names: readonly string[], maxAgeMs: number): Promise<void> {
  const threes = Array.from({ length: names.length / 3 }, (_, n) => names.slice(3 * n, 3 * n + 3))
  await Promise.all(threes.map((it) => look(bench.open(), it, maxAgeMs)))
}

async function syncAll(names: readonly string[], maxAgeMs: number): Promise<void> {
  const threes = Array.from({ length: names.length / 3 }, (_, n) => names.slice(3 * n, 3 * n + 3))
  await Promise.all(
    threes.map(async (it) => {
      const provider = bench.open()
      await look(provider, it, maxAgeMs)
      expect(await bench.read(provider, ...it)).toEqual(valuesOf(it))
    }),
  )
}

describe('1,000 objects of three keys', () => {
  test.each([
    ['in ten folders', (n: number) => `/shop/${n % 10}/item-${n}`, 20],
    ['with every item in a folder of its own', (n: number) => `/shop/${n}/item`, 20],
  ])('%s cost few calls at first, and fewer while nothing changes', async (_, nameOf, mostLists) => {
    const names = many(3000, nameOf)

    await syncAll(names, 60_000)
    const first = akeyless.calls.byPath()
    akeyless.calls.clear()
    await refreshAll(names, 0)

    expect(first['/get-secret-value']).toBeLessThanOrEqual(160)
    expect(first['/list-items']).toBeLessThanOrEqual(mostLists)
    expect(first['/describe-item'] ?? 0).toBe(0)
    expect(akeyless.calls.count()).toBeLessThanOrEqual(20)
    expect(akeyless.calls.byPath()).not.toHaveProperty('/get-secret-value')
  })

  test('that come one after another cost few calls too', async () => {
    const names = many(600, (n) => `/shop/${n}/item`)
    const provider = bench.open()

    for (let n = 0; n < 600; n += 3) await look(provider, names.slice(n, n + 3))

    const { '/list-items': lists = 0, '/describe-item': describes = 0 } = akeyless.calls.byPath()
    expect(lists + describes).toBeLessThanOrEqual(10)
  })
})

test('10,000 items with a folder each are seen by the pages of one list', async () => {
  const names = many(10_000, (n) => `/shop/${n}/item`)

  const versions = await look(bench.open(), names)

  expect(versions?.every((it) => it !== undefined)).toBe(true)
  expect(akeyless.calls.count('/list-items')).toBeLessThanOrEqual(12)
  expect(akeyless.calls.count('/describe-item')).toBe(0)
})

test('few items in a folder of very many are described, and the folder is not listed again soon', async () => {
  many(8000, (n) => `/shop/${n}`)
  const provider = bench.open()
  const ask = (n: number) => look(provider, [`/shop/${n}`, `/shop/${n + 1}`], 0)

  await ask(900)
  const first = akeyless.calls.count('/list-items')
  const [known] = (await ask(910)) ?? []
  await ask(920)

  expect(first).toBeLessThanOrEqual(6)
  expect(known).toMatch(/^\d+\/1\/\d+$/)
  expect(akeyless.calls.count('/list-items')).toBe(first)
  expect(akeyless.calls.count('/describe-item')).toBe(6)
})

test('a list that is refused is replaced by descriptions, and not asked for again soon', async () => {
  const names = secrets('/shop/a', '/shop/b')
  akeyless.state.fault({ kind: 'status', status: 401, path: '/list-items' })
  const provider = bench.open()

  const first = await look(provider, names, 0)
  const lists = akeyless.calls.count('/list-items')
  const second = await look(provider, names, 0)

  expect(first).toEqual([expect.any(String), expect.any(String)])
  expect(second).toEqual(first)
  expect(akeyless.calls.count('/list-items')).toBe(lists)
})

describe('a batch', () => {
  test.each(alternatives.batchPartial)(
    'of which one is denied and one missing harms nobody: %s',
    async (batchPartial) => {
      akeyless.state.guesses = { ...akeyless.state.guesses, batchPartial }
      const names = many(20, (n) => `/shop/${n}`)
      const provider = bench.open()
      await look(provider, names)
      akeyless.state.denyPath(accessId, '/shop/7')
      akeyless.state.deleteItem('/shop/8')

      const first = await bench.read(provider, ...names)
      akeyless.calls.clear()
      const second = await bench.read(provider, ...names)

      const expected = valuesOf(names).with(7, 'AccessDenied').with(8, 'NotFound')
      expect(first).toEqual(expected)
      expect(second).toEqual(expected)
      expect(akeyless.calls.count('/auth')).toBe(0)
      expect(
        akeyless.calls
          .of('/get-secret-value')
          .map((it) => it.names.length)
          .toSorted((a, b) => a - b),
      ).toEqual([1, 18])
    },
  )

  test('that has null for one of its items has said nothing of it', async () => {
    const names = secrets('/shop/a', '/shop/b')
    const provider = bench.open()
    await look(provider, names)
    const body = JSON.stringify({ '/shop/b': null, '/shop/other': 'canary', '/shop/a': 'canary /shop/a' })
    akeyless.state.fault({ kind: 'raw', body, path: '/get-secret-value', times: 1 })

    expect(await bench.read(provider, ...names)).toEqual(valuesOf(names))
  })

  test('is of twenty names at most', async () => {
    const names = many(45, (n) => `/shop/${n}`)
    const provider = bench.open()
    await look(provider, names)

    expect(await bench.read(provider, ...names)).toEqual(valuesOf(names))
    expect(akeyless.calls.of('/get-secret-value').map((it) => it.names.length)).toEqual([20, 20, 5])
  })

  test('whose values are too much for one answer is read one by one', async () => {
    const names = many(20, (n) => `/shop/${n}`)
    const provider = bench.open()
    await look(provider, names)
    for (const it of names) akeyless.state.putSecret(it, 'canary \u0001'.repeat(5000))

    const values = await bench.read(provider, ...names)

    expect(new Set(values)).toEqual(new Set(['canary \u0001'.repeat(5000)]))
    expect(akeyless.calls.count('/get-secret-value')).toBe(21)
  })

  test.each([
    [429, 'Throttled'],
    [503, 'GatewayUnreachable'],
  ])('that fails with %i fails for all in it, without a storm of single calls', async (status, reason) => {
    const names = many(40, (n) => `/shop/${n}`)
    const provider = bench.open()
    await look(provider, names)
    akeyless.calls.clear()
    akeyless.state.fault({ kind: 'status', status, path: '/get-secret-value' })

    expect(new Set(await bench.read(provider, ...names))).toEqual(new Set([reason]))
    // One of each batch is tried by itself, to tell a Gateway at fault from an item at fault.
    const singles = akeyless.calls.all.filter((it) => it.names.length !== 20)
    expect(akeyless.calls.byPath()).toEqual({ '/get-secret-value': expect.any(Number) })
    expect(singles.length).toBeLessThanOrEqual(status === 429 ? 0 : 2)
  })

  test('that one item makes fail harms the others a few times at most', async () => {
    const names = many(20, (n) => `/shop/${n}`)
    const provider = bench.open()
    await look(provider, names)
    akeyless.state.fault({ kind: 'status', status: 500, path: '/get-secret-value', name: '/shop/7' })

    for (let turn = 0; turn < 8; turn++) await bench.read(provider, ...names)
    akeyless.calls.clear()

    expect(await bench.read(provider, ...names)).toEqual(valuesOf(names).with(7, 'GatewayUnreachable'))
    expect(akeyless.calls.count('/get-secret-value')).toBeLessThanOrEqual(3)
  })

  test('goes on for others when one who waits for it is aborted, and ends when nobody waits', async () => {
    const names = many(3, (n) => `/shop/${n}`)
    await look(bench.open(), names)
    const fault = akeyless.state.fault({ kind: 'latency', ms: 150, path: '/get-secret-value' })
    const impatient = new AbortController()

    const gone = bench.open().read([{ key: '/shop/0' }], reading(impatient.signal))
    const waits = bench.read(bench.open(), '/shop/0', '/shop/1')
    await expect.poll(() => fault.hits, { timeout: 10_000 }).toBe(1)
    impatient.abort(new Error('enough'))

    await expect(gone).rejects.toThrow('enough')
    expect(await waits).toEqual(valuesOf(['/shop/0', '/shop/1']))
    expect(akeyless.calls.count('/get-secret-value')).toBe(1)
  })

  test('of an item that was made anew with another type follows it', async () => {
    const names = secrets('/shop/a', '/shop/b')
    const provider = bench.open()
    await look(provider, names)
    akeyless.state.rotated('/shop/a', { username: 'canary-u', password: 'canary-p' })

    const [a = '', b] = await bench.read(provider, ...names)

    expect(JSON.parse(a)).toMatchObject({ username: 'canary-u' })
    expect(b).toBe('canary /shop/b')
  })
})

describe('equal reads', () => {
  test('under way are one call, and each asker has its record', async () => {
    secrets('/shop/a')
    await look(bench.open(), ['/shop/a'])
    akeyless.state.latencyMs = 50

    const first = bench.read(bench.open(), '/shop/a')
    await setTimeout(30)
    const values = await Promise.all([
      first,
      ...Array.from({ length: 20 }, () => bench.read(bench.open(), '/shop/a')),
    ])

    expect(new Set(values.flat())).toEqual(new Set(['canary /shop/a']))
    expect(akeyless.calls.count('/get-secret-value')).toBe(1)
    expect(bench.lines.filter((it) => it.includes('"action":"read"'))).toHaveLength(21)
  })

  test('that must be fresh join none that began before', async () => {
    secrets('/shop/a')
    await look(bench.open(), ['/shop/a'])
    akeyless.state.fault({ kind: 'latency', ms: 100, path: '/get-secret-value' })

    const before = bench.read(bench.open(), '/shop/a')
    await setTimeout(30)
    const fresh = await bench.open().read([{ key: '/shop/a', fresh: true }], reading())

    expect([await before, bench.shown(fresh)]).toEqual([['canary /shop/a'], ['canary /shop/a']])
    expect(akeyless.calls.of('/get-secret-value')).toMatchObject([{}, { ignoreCache: true }])
  })

  test('that must be fresh, of what goes out by itself, are one call where they are asked for together', async () => {
    akeyless.state.rotated('/shop/db', { username: 'u', password: 'canary-p' })
    await look(bench.open(), ['/shop/db'])
    const fresh = () => bench.open().read([{ key: '/shop/db', fresh: true }], reading())

    const values = await Promise.all(Array.from({ length: 40 }, fresh))
    const first = akeyless.calls.count('/get-rotated-secret-value')
    await fresh()

    expect(values.flat().every((it) => it.ok)).toBe(true)
    expect(first).toBe(1)
    expect(akeyless.calls.count('/get-rotated-secret-value')).toBe(2)
  })

  test('that must be fresh, of what goes out by itself, join none that began before', async () => {
    akeyless.state.rotated('/shop/db', { username: 'u', password: 'canary-old' })
    await look(bench.open(), ['/shop/db'])
    akeyless.state.fault({ kind: 'latency', ms: 400, path: '/get-rotated-secret-value', times: 1 })
    const fresh = async () =>
      bench.shown(await bench.open().read([{ key: '/shop/db', fresh: true }], reading()))
    const before = fresh()
    await expect.poll(() => akeyless.calls.count('/get-rotated-secret-value')).toBe(1)

    akeyless.state.rotate('/shop/db')

    expect(await fresh()).not.toEqual(await before)
  })
})

test('a value that changed within the hour is read past the cache of the Gateway, others from it', async () => {
  akeyless.state.advance(-66 * 60_000)
  secrets('/shop/old')
  akeyless.state.advance(66 * 60_000)
  secrets('/shop/young')

  await bench.read(bench.open(), '/shop/old', '/shop/young')

  const reads = akeyless.calls.of('/get-secret-value')
  expect(new Map(reads.map((it) => [it.names[0], it.ignoreCache === true]))).toEqual(
    new Map([
      ['/shop/old', false],
      ['/shop/young', true],
    ]),
  )
})

test('a dynamic secret is said to mint, and nothing is minted', async () => {
  akeyless.state.dynamic('/shop/dynamic')

  const [outcome] = await bench.open().read([{ key: '/shop/dynamic' }], reading())

  expect(outcome).toMatchObject({ ok: false, mints: true, failure: { reason: 'InvalidSpec' } })
  expect(akeyless.calls.byPath()).not.toHaveProperty('/get-dynamic-secret-value')
})
