import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { alternatives } from '../../test/fakes/akeyless/guesses.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { ItemRequest, Provider } from '../store/provider.ts'

const hourMs = 3_600_000

let akeyless: AkeylessStandIn
let bench: ReturnType<typeof createBench>

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  bench = createBench({ url: akeyless.url })
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
})

async function look(provider: Provider, item: ItemRequest): Promise<string | undefined> {
  const versions = await provider.versions?.([{ item }], { ...reading(), maxAgeMs: 0 })
  return versions?.[0]
}

/** The bench goes by this clock from now on. */
async function clockAt(nowMs: number): Promise<ManualClock> {
  const clock = new ManualClock()
  clock.jumpWall(nowMs - clock.now())
  await bench.close()
  bench = createBench({ url: akeyless.url, clock })
  return clock
}

/** What a list answers now, to be answered again later. */
async function listed(): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const post = async (command: string, body: object) => {
    const answer = await fetch(`${akeyless.url}/${command}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers,
    })
    return answer.text()
  }
  const { token } = JSON.parse(await post('auth', { 'access-id': accessId, 'access-key': accessKey }))
  return post('list-items', { token, path: '/shop/' })
}

const key = '/shop/a'

test.each(['static', 'rotated'])(
  'a read under way, which began before a version was seen, brings no value of it: %s',
  async (kind) => {
    const { state } = akeyless
    if (kind === 'static') state.secret(key, { value: 'canary-old' })
    else state.rotated(key, { payload: 'canary-old' })
    const command = kind === 'static' ? '/get-secret-value' : '/get-rotated-secret-value'
    const first = await look(bench.open(), { key })
    state.fault({ kind: 'latency', ms: 400, path: command, times: 1 })
    const before = bench.read(bench.open(), key)
    await expect.poll(() => akeyless.calls.count(command)).toBe(1)

    state.advance(5000)
    if (kind === 'static') state.putSecret(key, 'canary-new')
    else state.rotate(key)
    const second = await look(bench.open(), { key })
    const after = await bench.read(bench.open(), key)

    expect(second).not.toBe(first)
    expect(after).not.toEqual(await before)
  },
)

test('by a clock that is hours ahead, a value that changed is read past the cache all the same', async () => {
  const clock = await clockAt(Date.now() + 3 * hourMs)
  const { state } = akeyless
  state.cache.mode = 'staleUntilFlush'
  state.secret(key, { value: 'canary-old' })
  await look(bench.open(), { key })
  await bench.read(bench.open(), key)

  clock.advance(1000)
  state.putSecret(key, 'canary-new')
  const seen = await look(bench.open(), { key })

  expect(seen).toEqual(expect.any(String))
  expect(await bench.read(bench.open(), key)).toEqual(['canary-new'])
})

test.each(alternatives.neverRotatedDate)(
  'by a clock that is ahead, the first rotation of a secret is read past the cache too: %s',
  async (neverRotatedDate) => {
    const clock = await clockAt(Date.now() + 3 * hourMs)
    const { state } = akeyless
    state.guesses = { ...state.guesses, neverRotatedDate, minimalViewShowsVersion: false }
    state.cache.mode = 'staleUntilFlush'
    state.rotated(key, { payload: 'canary-old' })
    await look(bench.open(), { key })
    await bench.read(bench.open(), key)

    clock.advance(1000)
    state.advance(1000)
    const { payload = '' } = state.rotate(key)
    await look(bench.open(), { key })

    expect(await bench.read(bench.open(), key)).toEqual([expect.stringContaining(payload)])
  },
)

test('an item of old that got the name of another one is read past the cache, which has the other one', async () => {
  const { state } = akeyless
  state.cache.mode = 'staleUntilFlush'
  state.secret(key, { value: 'canary-blue' })
  const green = state.secret('/shop/b', { value: 'canary-green' })
  const clock = await clockAt(Date.now() + 3 * hourMs)
  await look(bench.open(), { key })
  await bench.read(bench.open(), key)

  clock.advance(1000)
  state.deleteItem(key)
  const { modifiedAtMs } = green
  state.items.create(key, { type: 'STATIC_SECRET', content: 'canary-green' }, modifiedAtMs)
  await look(bench.open(), { key })

  expect(await bench.read(bench.open(), key)).toEqual(['canary-green'])
})

test.each(alternatives.rotationMoves)(
  'an answer from before a rotation does not bring the old value back: %s',
  async (rotationMoves) => {
    const { state } = akeyless
    state.guesses = { ...state.guesses, rotationMoves, minimalViewShowsVersion: true }
    state.cache.mode = 'staleUntilFlush'
    state.cache.pods = 1
    state.rotated(key, { payload: 'canary-oldest' })
    state.advance(3 * hourMs)
    state.rotate(key)
    state.advance(3 * hourMs)
    const clock = await clockAt(state.now())
    await look(bench.open(), { key })
    await look(bench.open(), { key })
    const old = await listed()
    const [oldValue] = await bench.read(bench.open(), key)
    clock.advance(hourMs)
    state.advance(hourMs)
    state.rotate(key)
    const version = await look(bench.open(), { key })
    const [value] = await bench.read(bench.open(), key)
    clock.advance(1000)
    state.fault({ kind: 'raw', body: old, path: '/list-items', times: 1 })

    const again = await look(bench.open(), { key })

    expect(value).not.toBe(oldValue)
    expect(again).toBe(version)
    expect(await bench.read(bench.open(), key)).toEqual([value])
  },
)

test.each([
  ['a list', [key, '/shop/b', '/shop/c']],
  ['a description', [key]],
])('what %s shows to be gone is missing, though a cache still has its value', async (_, keys) => {
  const { state } = akeyless
  state.cache.mode = 'staleUntilFlush'
  for (const it of ['/shop/b', '/shop/c', key]) state.secret(it, { value: `canary-${it}` })
  const clock = await clockAt(Date.now() + 3 * hourMs)
  const provider = bench.open()
  const looks = keys.map((it) => ({ item: { key: it } }))
  const lookAll = () => provider.versions?.(looks, { ...reading(), maxAgeMs: 0 })
  await lookAll()
  await bench.read(provider, key)

  clock.advance(1000)
  state.deleteItem(key)
  const [version] = (await lookAll()) ?? []

  expect([version, await bench.read(provider, key)]).toEqual([undefined, ['NotFound']])
})

test('tags of which none is left are seen to have changed', async () => {
  const { state } = akeyless
  const item = state.secret(key, { value: 'canary', tags: ['blue'] })
  state.secret('/shop/b', { value: 'canary' })
  await look(bench.open(), { key, part: 'tags' })
  const first = await look(bench.open(), { key, part: 'tags' })
  item.tags = []
  const body = (await listed()).replaceAll('"item_tags":[]', '"item_tags":null')
  state.fault({ kind: 'raw', body, path: '/list-items', times: 1 })

  const second = await look(bench.open(), { key, part: 'tags' })

  expect(first).toEqual(expect.any(String))
  expect(second).not.toBe(first)
})
