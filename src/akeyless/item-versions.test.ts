import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessId, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene, startStandIn } from '../../test/contract/akeyless-scene.ts'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import { alternatives } from '../../test/fakes/akeyless/guesses.ts'
import type { AkeylessStandIn } from '../../test/fakes/akeyless/stand-in.ts'
import type { FindRequest, Look } from '../store/provider.ts'

let akeyless: AkeylessStandIn
let bench: Bench

beforeEach(async () => {
  akeyless = await startStandIn()
  akeyless.state.secret('/shop/a', { value: 'canary-a', tags: ['blue'] })
  akeyless.state.secret('/shop/b', { value: 'canary-b' })
  bench = createBench({ url: akeyless.url })
})
afterEach(() => endScene(bench, akeyless))

async function versions(looks: readonly Look[], maxAgeMs = 0): Promise<readonly (string | undefined)[]> {
  return (await bench.open().versions?.(looks, { ...reading(), maxAgeMs })) ?? []
}

const item = (key: string): Look => ({ item: { key } })
const finding = (find: FindRequest): Look => ({ find })

/** One more look first, for what the short view of a list leaves out is asked for from the second on. */
async function settled(looks: readonly Look[]): Promise<readonly (string | undefined)[]> {
  await versions(looks)
  return versions(looks)
}

describe('the version of an item', () => {
  test.each(alternatives.minimalViewShowsVersion)(
    'stays while nothing changes and moves with the value, whether short views show it or not: %s',
    async (minimalViewShowsVersion) => {
      akeyless.state.guesses = { ...akeyless.state.guesses, minimalViewShowsVersion }
      const looks = [item('/shop/a'), item('/shop/b')]

      const first = await versions(looks)
      const second = await versions(looks)
      akeyless.state.putSecret('/shop/a', 'canary-other')
      const third = await versions(looks)

      expect(first).toEqual([expect.any(String), expect.any(String)])
      expect(second).toEqual(first)
      expect(third[0]).not.toBe(first[0])
      expect(third[1]).toBe(first[1])
    },
  )

  test.each(alternatives.rotationMoves)(
    'of a rotated secret moves with its rotation: %s',
    async (rotationMoves) => {
      akeyless.state.guesses = { ...akeyless.state.guesses, rotationMoves }
      akeyless.state.rotated('/shop/rotated', { username: 'u', password: 'canary-p' })
      const looks = [item('/shop/rotated'), item('/shop/a')]

      const [first] = await versions(looks)
      const [second] = await versions(looks)
      akeyless.state.advance(1000)
      akeyless.state.rotate('/shop/rotated')
      const [third] = await versions(looks)

      expect(first).toEqual(expect.any(String))
      expect(second).toBe(first)
      expect(third).not.toBe(first)
    },
  )

  test('of a certificate and a classic key moves with their value', async () => {
    akeyless.state.certificate('/shop/tls', await selfSigned())
    akeyless.state.classicKey('/shop/key', { key: 'canary-key' })
    const looks = [item('/shop/tls'), item('/shop/key')]
    await bench.read(bench.open(), '/shop/key')

    const first = await settled(looks)
    akeyless.state.putSecret('/shop/key', { key: 'canary-other' })
    const second = await versions(looks)

    expect(first).toEqual([expect.any(String), expect.any(String)])
    expect(second[0]).toBe(first[0])
    expect(second[1]).not.toBe(first[1])
  })

  test('of a dynamic secret is always the same, and nothing is minted', async () => {
    akeyless.state.dynamic('/shop/dynamic')

    expect(await versions([item('/shop/dynamic')])).toEqual(['minted'])
    expect(akeyless.calls.byPath()).not.toHaveProperty('/get-dynamic-secret-value')
  })

  test('of what is missing or denied is not told, and no failure', async () => {
    akeyless.state.secret('/other/x', { value: 'canary' })

    const told = await versions([item('/shop/a'), item('/shop/none'), item('/other/x')])

    expect(told).toEqual([expect.any(String), undefined, undefined])
  })

  test('of an item that was made anew is another one', async () => {
    const [first] = await versions([item('/shop/a')])
    akeyless.state.deleteItem('/shop/a')
    akeyless.state.secret('/shop/a', { value: 'canary-new' })

    expect((await versions([item('/shop/a')]))[0]).not.toBe(first)
  })

  test.each(alternatives.neverRotatedDate)(
    'of an item that was made anew with another type is that of the new one, and so is its value: %s',
    async (neverRotatedDate) => {
      akeyless.state.guesses = { ...akeyless.state.guesses, neverRotatedDate, minimalViewShowsVersion: true }
      const provider = bench.open()
      const looks = [item('/shop/a'), item('/shop/b')]
      const [first] = await versions(looks)
      const before = await bench.read(provider, '/shop/a')
      akeyless.state.deleteItem('/shop/a')
      akeyless.state.rotated('/shop/a', { username: 'u', password: 'canary-p' })

      const [second] = await settled(looks)
      const after = await bench.read(provider, '/shop/a')
      const [third] = await versions(looks)

      expect([before, after]).toEqual([['canary-a'], [expect.stringContaining('canary-p')]])
      expect(second).toEqual(expect.any(String))
      expect(second).not.toBe(first)
      expect(third).toBe(second)
    },
  )

  test('is that of the name with its leading slash', async () => {
    const [plain, absolute] = await versions([item('shop/a'), item('/shop/a')])

    expect(plain).toEqual(expect.any(String))
    expect(plain).toBe(absolute)
  })

  test('never goes back: what an older copy of the list shows is not believed', async () => {
    const looks = [item('/shop/a'), item('/shop/b')]
    const older = { ...akeyless.state.items.get('/shop/a') }
    akeyless.state.advance(1000)
    akeyless.state.putSecret('/shop/a', 'canary-newer')
    const first = await settled(looks)
    Object.assign(akeyless.state.items.get('/shop/a') ?? {}, older)

    expect(await versions(looks)).toEqual(first)
  })
})

describe('an item that may be listed and not read any more', () => {
  const listOnly = () => {
    akeyless.state.roles.clear()
    akeyless.state.role({ accessId, rules: [{ path: '/shop/*', capabilities: ['list'] }] })
  }

  test('is read at the next look where that shows the rights, by a list or a description', async () => {
    akeyless.state.guesses = { ...akeyless.state.guesses, minimalViewShowsVersion: false }
    await settled([item('/shop/a'), item('/shop/b')])
    listOnly()

    expect(await versions([item('/shop/a'), item('/shop/b')])).toEqual([undefined, undefined])
    expect(await bench.read(bench.open(), '/shop/a')).toEqual(['AccessDenied'])
  })

  test('is denied at once to who asks past all caches, whatever a cache has', async () => {
    akeyless.state.cache.mode = 'staleUntilFlush'
    const provider = bench.open()
    await bench.read(provider, '/shop/a')
    listOnly()

    const outcomes = await provider.read([{ key: '/shop/a', fresh: true }], reading())

    expect(bench.shown(outcomes)).toEqual(['AccessDenied'])
  })

  test('has its version again once it may be read', async () => {
    const before = await settled([item('/shop/a')])
    listOnly()
    await settled([item('/shop/a')])
    akeyless.state.role({ accessId, rules: [{ path: '/shop/*', capabilities: ['read'] }] })

    expect(await settled([item('/shop/a')])).toEqual(before)
  })
})

test('the version of tags moves with the tags', async () => {
  const look: Look = { item: { key: '/shop/a', part: 'tags' } }
  const [first] = await settled([look, item('/shop/b')])
  const made = akeyless.state.items.get('/shop/a')
  if (made !== undefined) made.tags = ['green']

  const [second] = await versions([look, item('/shop/b')])

  expect(first).toEqual(expect.any(String))
  expect(second).not.toBe(first)
})

describe('the version of a find', () => {
  test.each<FindRequest>([{ name: '^/shop/' }, { tags: { any: 'blue' } }, { name: '', path: '/shop' }])(
    'by %j stays while nothing changes, and moves with a value and with what is found',
    async (find) => {
      const looks = [finding(find)]
      const first = await settled(looks)
      akeyless.state.putSecret('/shop/a', 'canary-other')
      const second = await versions(looks)
      akeyless.state.secret('/shop/c', { value: 'canary-c', tags: ['blue'] })
      const third = await versions(looks)

      expect(first).toEqual([expect.any(String)])
      expect(await versions(looks)).toEqual(third)
      expect(new Set([...first, ...second, ...third]).size).toBe(3)
    },
  )

  test('shares its list with the find that follows', async () => {
    const provider = bench.open()
    await settled([finding({ name: 'shop' })])
    akeyless.calls.clear()
    await provider.versions?.([finding({ name: 'shop' })], { ...reading(), maxAgeMs: 0 })

    const found = await provider.find({ name: 'shop' }, reading())

    expect(found.map((it) => it.key)).toEqual(['/shop/a', '/shop/b'])
    expect(akeyless.calls.count('/list-items')).toBe(1)
  })

  test('is not shared with a find that must be fresh', async () => {
    const provider = bench.open()
    await provider.versions?.([finding({ name: 'shop' })], { ...reading(), maxAgeMs: 0 })
    akeyless.state.secret('/shop/c', { value: 'canary-c' })

    const found = await provider.find({ name: 'shop', fresh: true }, reading())

    expect(found.map((it) => it.key)).toContain('/shop/c')
  })

  test('of a pattern that is none is not told: the find says why', async () => {
    expect(await versions([finding({ name: '(' })])).toEqual([undefined])
  })
})

describe('an outage', () => {
  test.each([
    [503, 'GatewayUnreachable'],
    [429, 'Throttled'],
  ])('of the list (%i) is thrown, and nothing else is asked', async (status, reason) => {
    akeyless.state.fault({ kind: 'status', status, path: '/list-items' })

    expect(await bench.reasonOf(versions([item('/shop/a'), item('/shop/b')]))).toBe(reason)
    expect(akeyless.calls.count('/describe-item')).toBe(0)
  })

  test('of descriptions is thrown after a few of them', async () => {
    const names = Array.from({ length: 200 }, (_, n) => `/shop/${n}`)
    akeyless.state.fault({ kind: 'status', status: 401, path: '/list-items' })
    akeyless.state.fault({ kind: 'status', status: 503, path: '/describe-item' })

    expect(await bench.reasonOf(versions(names.map(item)))).toBe('GatewayUnreachable')
    expect(akeyless.calls.count('/describe-item')).toBeLessThanOrEqual(40)
  })
})

describe('lists', () => {
  test('of one folder are shared by all who ask while they are under way', async () => {
    akeyless.state.latencyMs = 50
    const ask = () => versions([item('/shop/a'), item('/shop/b')], 60_000)

    await Promise.all([ask(), ask(), ask()])
    const after = akeyless.calls.count('/list-items')
    await ask()

    expect(akeyless.calls.count('/list-items')).toBe(after)
    expect(after).toBeLessThanOrEqual(2)
  })

  test('are asked for anew once what is known is too old', async () => {
    const looks = [item('/shop/a'), item('/shop/b')]
    await settled(looks)
    akeyless.calls.clear()

    await versions(looks, 60_000)
    const young = akeyless.calls.count()
    await versions(looks, 0)

    expect(young).toBe(0)
    expect(akeyless.calls.byPath()).toEqual({ '/list-items': 1 })
  })

  test('that do not show what is there are not trusted again soon', async () => {
    akeyless.state.advance(-120_000)
    akeyless.state.secret('/shop/hidden', { value: 'canary-h' })
    akeyless.state.advance(120_000)
    const body =
      '{"items":[{"item_name":"/shop/a","item_type":"STATIC_SECRET","item_id":1,"last_version":1,"modification_date":"2026-01-01T00:00:00Z"}]}'
    akeyless.state.fault({ kind: 'raw', body, path: '/list-items' })
    const looks = [item('/shop/hidden'), item('/shop/a')]

    const [unseen] = await versions(looks)
    const values = await bench.read(bench.open(), '/shop/hidden')
    const [seen] = await versions(looks)

    expect([unseen, values]).toEqual([undefined, ['canary-h']])
    expect(seen).toEqual(expect.any(String))
  })

  test('end for one who is aborted, and go on for the others', async () => {
    akeyless.state.fault({ kind: 'latency', ms: 150, path: '/list-items' })
    const impatient = new AbortController()
    const looks = [item('/shop/a'), item('/shop/b')]

    const gone = bench.open().versions?.(looks, { ...reading(impatient.signal), maxAgeMs: 0 })
    const stays = versions(looks)
    setTimeout(() => impatient.abort(new Error('enough')), 60)

    await expect(gone).rejects.toThrow('enough')
    expect(await stays).toEqual([expect.any(String), expect.any(String)])
  })
})
