import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'

let akeyless: AkeylessStandIn
let clock: ManualClock
let bench: ReturnType<typeof createBench>
const everything = { path: '/shop/*', capabilities: ['read'] } as const

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey })
  clock = new ManualClock()
  bench = createBench({ url: akeyless.url, clock })
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
})

const hundreds = (nameOf: (n: number) => string) => Array.from({ length: 400 }, (_, n) => nameOf(n))
const spread = (n: number) => `/shop/${n % 5}/item-${n}`

function make(names: readonly string[]): void {
  for (const it of names) akeyless.state.secret(it, { value: `canary ${it}` })
}

/** What a sync does that failed before: it looks, and reads because only a read can tell. */
async function trySync(key: string): Promise<string> {
  const provider = bench.open()
  await provider.versions?.([{ item: { key } }], { ...reading(), maxAgeMs: 30_000 })
  const [outcome = ''] = await bench.read(provider, key)
  return outcome
}

/** Five minutes, in the first of which all objects are tried; gives what became of them, and what it cost. */
async function round(keys: readonly string[]) {
  akeyless.calls.clear()
  const outcomes: string[] = []
  for (let n = 0; n < keys.length; n += 8) {
    outcomes.push(...(await Promise.all(keys.slice(n, n + 8).map(trySync))))
    clock.advance(1200)
  }
  clock.advance(240_000)
  return { outcomes, calls: akeyless.calls.count(), describes: akeyless.calls.count('/describe-item') }
}

describe('hundreds of objects', () => {
  test.each([
    ['that each name an item which does not exist', spread],
    ['that all name one item which does not exist', () => '/shop/item'],
  ])('%s cost few calls a round, and see it in the next one once it does', async (_, nameOf) => {
    akeyless.state.role({ accessId, rules: [everything] })
    make(Array.from({ length: 50 }, (_item, n) => `/shop/${n % 5}/good-${n}`))
    const keys = hundreds(nameOf)

    const [first, second] = [await round(keys), await round(keys)]
    make([...new Set(keys)])
    const healed = await round(keys)

    expect(new Set([...first.outcomes, ...second.outcomes])).toEqual(new Set(['NotFound']))
    expect(first.describes).toBeLessThanOrEqual(new Set(keys).size + 30)
    expect(second.calls).toBeLessThanOrEqual(70)
    expect(healed.outcomes).toEqual(keys.map((it) => `canary ${it}`))
  })

  test('whose items are deleted cost few calls a round', async () => {
    akeyless.state.role({ accessId, rules: [everything] })
    const keys = hundreds(spread)
    make(keys)
    await round(keys)
    for (const it of keys) akeyless.state.items.delete(it)

    const [first, second] = [await round(keys), await round(keys)]

    expect(new Set([...first.outcomes, ...second.outcomes])).toEqual(new Set(['NotFound']))
    expect(second.calls).toBeLessThanOrEqual(70)
  })

  test('that may see nothing cost few calls a round, and see all soon after they may', async () => {
    const keys = hundreds(spread)
    make(keys)

    const [first, second] = [await round(keys), await round(keys)]
    akeyless.state.role({ accessId, rules: [everything] })
    await round(keys)
    const healed = await round(keys)

    expect(new Set([...first.outcomes, ...second.outcomes])).toEqual(new Set(['AccessDenied']))
    expect(second.calls).toBeLessThanOrEqual(70)
    expect(healed.outcomes).toEqual(keys.map((it) => `canary ${it}`))
  })
})

test('who asks past all caches has it proven anew, whatever was proven before', async () => {
  akeyless.state.role({ accessId, rules: [everything] })
  const [key = '', ...others] = Array.from({ length: 100 }, (_, n) => `/shop/item-${n}`)
  await Promise.all([key, ...others].map(trySync))
  akeyless.state.role({ accessId, rules: [{ path: key, capabilities: ['deny'] }] })

  const [standing] = await bench.read(bench.open(), key)
  const [proven] = bench.shown(await bench.open().read([{ key, fresh: true }], reading()))

  expect([standing, proven]).toEqual(['NotFound', 'AccessDenied'])
})

test('an item in a folder of its own is seen at the next try once it exists, however many others do not', async () => {
  akeyless.state.role({ accessId, rules: [{ path: '/*', capabilities: ['read'] }] })
  const keys = Array.from({ length: 60 }, (_, n) => `/team-${n}/shop/item`)
  for (const it of keys) await trySync(it)
  for (const it of keys) {
    clock.advance(40_000)
    make([it])

    expect(await trySync(it)).toBe(`canary ${it}`)
  }
})
