import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { Circuit } from './circuit.ts'
import { Patience } from './patience.ts'

const giveUpMs = 10_000
const secondLookMs = 20
/** Of a Gateway with real time: long beside the work of twenty readers on a busy machine. */
const soonMs = 600
const { signal } = new AbortController()

let clock: ManualClock
let circuit: Circuit
let patience: Patience

beforeEach(() => {
  clock = new ManualClock()
  circuit = new Circuit({ host: 'gw:8000', clock, random: () => 0.5, observer: {} })
  patience = new Patience({ clock, circuit, giveUpMs, waitMs: 3000 })
})

interface Waiting {
  readonly outcome: Promise<string>
  end(error?: Error): void
}

/** Work that waits until it is told to end, or given up. */
function wait(): Waiting {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const work = patience.attend(signal, (within) => {
    within.addEventListener('abort', () => reject(within.reason))
    return promise
  })
  const outcome = work.catch((error: unknown) => (error instanceof Error ? error.message : 'no error'))
  return { outcome, end: (error) => (error === undefined ? resolve('done') : reject(error)) }
}

const givenUp = 'Cannot ask gateway "gw:8000": it answers nobody now'

describe('while nobody gets an answer', () => {
  test('all but the oldest are given up, and the oldest may wait for its own deadlines', async () => {
    const [oldest, ...others] = [wait(), wait(), wait()]

    clock.advance(giveUpMs)
    clock.advance(secondLookMs)

    for (const it of others) expect(await it.outcome).toContain(givenUp)
    clock.advance(5 * giveUpMs)
    oldest?.end()
    expect(await oldest?.outcome).toBe('done')
  })

  test('those behind the fourth are given up at half the time', async () => {
    const all = Array.from({ length: 6 }, wait)

    clock.advance(giveUpMs / 2)
    clock.advance(secondLookMs)
    for (const it of all.slice(4)) expect(await it.outcome).toContain(givenUp)
    for (const it of all.slice(0, 4)) it.end()

    expect(await Promise.all(all.slice(0, 4).map((it) => it.outcome))).toEqual(Array(4).fill('done'))
  })

  test('an answer that was on its way when the time was up counts', async () => {
    const all = [wait(), wait()]
    clock.advance(giveUpMs)
    patience.ended(true, giveUpMs)
    clock.advance(secondLookMs)
    for (const it of all) it.end()

    expect(await Promise.all(all.map((it) => it.outcome))).toEqual(['done', 'done'])
  })

  test('new work is refused until the circuit lets somebody try', async () => {
    const [oldest, younger] = [wait(), wait()]
    clock.advance(giveUpMs)
    clock.advance(secondLookMs)
    expect(await younger.outcome).toContain(givenUp)

    expect(await wait().outcome).toContain(givenUp)
    clock.advance(1000)
    const trial = wait()
    const pass = await circuit.enter(signal, 0)
    expect(await wait().outcome).toContain(givenUp)
    patience.ended(true, 9000)
    circuit.ended(pass, { kind: 'answered' })
    const third = wait()
    for (const it of [oldest, trial, third]) it.end()

    expect([await oldest.outcome, await trial.outcome, await third.outcome]).toEqual(Array(3).fill('done'))
  })
})

test('an answer to anybody is hope for everybody', async () => {
  const all = [wait(), wait(), wait()]
  for (let round = 0; round < 10; round++) {
    clock.advance(giveUpMs - 1)
    patience.ended(true, 100)
  }
  for (const it of all) it.end()

  expect(await Promise.all(all.map((it) => it.outcome))).toEqual(['done', 'done', 'done'])
})

describe('what makes credentials', () => {
  test('is not given up, and gives nobody up: what it waits for is made already, and nobody else would know of it', async () => {
    await using akeyless = await startAkeyless()
    akeyless.state.accessKey({ accessId, accessKey, admin: true })
    const names = Array.from({ length: 8 }, (_, n) => `/dynamic/${n}`)
    for (const it of names) akeyless.state.dynamic(it)
    const bench = createBench({ url: akeyless.url, giveUpMs: 200 })
    await bench.open().check(reading())
    akeyless.state.fault({ kind: 'latency', ms: 600, path: '/get-dynamic-secret-value' })

    const minted = await Promise.all(
      names.map(async (it) => bench.reasonOf(Promise.resolve(bench.open().leases?.mint(it, reading())))),
    )
    await bench.close()

    expect(minted).toEqual(names.map(() => 'ok'))
    expect(akeyless.state.leases.minted).toBe(names.length)
  })

  test('does not begin while nobody may call', async () => {
    circuit.giveUp()

    await expect(async () => patience.attendToTheEnd(signal, async () => 'done')).rejects.toThrow(givenUp)
  })
})

test('failures that come at once refuse nobody', async () => {
  for (let round = 0; round < 10; round++) {
    const work = wait()
    patience.ended(false, 20)
    work.end(new Error('refused'))
    expect(await work.outcome).toBe('refused')
  }
})

describe('a Gateway that drips', () => {
  let akeyless: AkeylessStandIn
  let bench: ReturnType<typeof createBench>

  beforeEach(async () => {
    akeyless = await startAkeyless()
    akeyless.state.accessKey({ accessId, accessKey, admin: true })
    akeyless.state.secret('/a', { value: 'alpha' })
    bench = createBench({ url: akeyless.url, giveUpMs: soonMs, callTimeoutMs: 2500, probeTimeoutMs: 2500 })
  })
  afterEach(async () => {
    await bench.close()
    await akeyless.stop()
  })

  test.each(['/validate-token', '/auth', '/describe-item', '/get-secret-value'])(
    'at %s lets all but one of its readers go soon, and serves again when it is over',
    async (path) => {
      const fault = akeyless.state.fault({ kind: 'drip', path })
      const started = performance.now()
      let waiting = 20
      const readers = Array.from({ length: waiting }, async () => {
        const reason = await bench.reasonOf(bench.read(bench.open(), '/a'))
        waiting -= 1
        return reason
      })
      await expect.poll(() => waiting, { timeout: 4000 }).toBe(1)
      const tookMs = performance.now() - started
      fault.remove()
      await Promise.all(readers)

      expect(tookMs).toBeLessThan(3 * soonMs)
      expect(bench.seen()).toContain('it answers nobody now')
      const heal = () => bench.reasonOf(bench.open().check(reading()))
      await expect.poll(heal, { timeout: 9000, interval: 500 }).toBe('ok')
      expect(await bench.read(bench.open(), '/a')).toEqual(['alpha'])
    },
    15_000,
  )

  test('for one item is patient with the others', async () => {
    akeyless.state.secret('/slow', { value: 'slow' })
    const provider = bench.open()
    await bench.read(provider, '/a', '/slow')
    const fault = akeyless.state.fault({ kind: 'drip', name: '/slow' })
    const slow = bench.read(provider, '/slow')
    // Not in one batch with it: who is, waits with it.
    await expect.poll(() => fault.hits, { interval: 5 }).toBeGreaterThan(0)
    const values: string[][] = []
    for (const end = performance.now() + 1000; performance.now() < end; )
      values.push(await bench.read(provider, '/a'))

    expect(new Set(values.flat())).toEqual(new Set(['alpha']))
    expect(await slow).toEqual(['GatewayUnreachable'])
  })
})
