import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene } from '../../test/contract/akeyless-scene.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'

const key = '/shop/a'
const lateMs = 400

let akeyless: AkeylessStandIn
let clock: ManualClock
let bench: Bench

beforeEach(async () => {
  akeyless = await startAkeyless()
  const { state } = akeyless
  state.accessKey({ accessId, accessKey, admin: true })
  state.cache.mode = 'staleUntilFlush'
  for (const it of [key, '/shop/b', '/shop/c']) state.secret(it, { value: `canary-${it}` })
  clock = new ManualClock()
  // All items are old, so that dates are no reason to ask past the cache.
  clock.jumpWall(state.now() + 3 * 3_600_000 - clock.now())
  bench = createBench({ url: akeyless.url, clock })
  await fillCache()
})
afterEach(() => endScene(bench, akeyless))

/** Somebody else reads the value, who shares nothing with the bench but the Gateway. */
async function fillCache(): Promise<void> {
  const other = createBench({ url: akeyless.url })
  await other.read(other.open(), key)
  await other.close()
  akeyless.calls.clear()
}

async function look(keys: readonly string[] = [key], maxAgeMs = 0): Promise<readonly (string | undefined)[]> {
  const looks = keys.map((it) => ({ item: { key: it } }))
  return (await bench.open().versions?.(looks, { ...reading(), maxAgeMs })) ?? []
}

/** Begins work whose description of the item says what is so now, and comes late. */
async function late<T>(begin: () => Promise<T>): Promise<Promise<T>[]> {
  const calls = akeyless.calls.count('/describe-item')
  akeyless.state.fault({ kind: 'latency', ms: lateMs, path: '/describe-item', times: 1 })
  const work = begin()
  await expect.poll(() => akeyless.calls.count('/describe-item')).toBe(calls + 1)
  clock.advance(1000)
  akeyless.state.advance(1000)
  return [work]
}

test('an item that was made anew is not taken for the old one again by what was asked before', async () => {
  const { state } = akeyless
  const [old] = await late(() => look())
  state.deleteItem(key)
  state.secret(key, { value: 'canary-new' })
  const anew = await look([key, '/shop/b', '/shop/c'])
  const before = await old

  const after = await look([key], 60_000)

  expect(before).toEqual([expect.any(String)])
  expect(after).toEqual(anew.slice(0, 1))
})

test('an item that a description proved to be gone stays so when one that began before it still shows it', async () => {
  const { state } = akeyless
  state.fault({ kind: 'status', status: 403, path: '/list-items' })
  const [old] = await late(() => look())
  state.deleteItem(key)
  const gone = await look()
  await old

  expect([...gone, ...(await bench.read(bench.open(), key))]).toEqual([undefined, 'NotFound'])
})

test('an item that went twice stays gone when a description comes late that missed it before it was there', async () => {
  const { state } = akeyless
  state.fault({ kind: 'status', status: 403, path: '/list-items' })
  state.deleteItem(key)
  const [missed] = await late(() => look())
  state.secret(key, { value: 'canary-new' })
  const [there] = await look()
  await bench.read(bench.open(), key)
  clock.advance(1000)
  state.deleteItem(key)
  const gone = await look()
  await missed

  expect(there).toEqual(expect.any(String))
  expect([...gone, ...(await bench.read(bench.open(), key))]).toEqual([undefined, 'NotFound'])
})

test('who reads what a list shows to be gone does not go by a description from before', async () => {
  const { state } = akeyless
  const [old] = await late(() => look())
  state.deleteItem(key)
  const [gone] = await look([key, '/shop/b', '/shop/c'])

  const values = await bench.read(bench.open(), key)
  await old

  expect([gone, ...values]).toEqual([undefined, 'NotFound'])
})

test('a description from before a list does not show that the list left its item out', async () => {
  const { state } = akeyless
  const [old] = await late(() => look())
  state.deleteItem(key)
  const [gone] = await look([key, '/shop/b', '/shop/c'])
  await old

  expect([gone, ...(await look([key], 60_000)), ...(await bench.read(bench.open(), key))]).toEqual([
    undefined,
    undefined,
    'NotFound',
  ])
})
