import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LeaseBench } from '../../test/fakes/secrets/lease-bench.ts'
import { failure } from '../api/reason.ts'
import { TransportError } from '../kube/errors.ts'

const minuteMs = 60_000
const outage = failure('GatewayUnreachable', 'Cannot reach gateway "gw"')
const cut = new TransportError('cut', 'ECONNRESET')
const kinds = ['mint', 'extend', 'revoke', 'read'] as const

/** Something that happens to an ExternalSecret, its Secret, its provider or its process. */
interface Step {
  readonly what: string
  run(bench: LeaseBench): unknown
}

const entry = (secretKey: string, key: string, property = 'user') => ({
  secretKey,
  remoteRef: { key, property },
})
const specs = [
  { data: [entry('user', '/db'), entry('password', '/db', 'password')] },
  { data: [entry('user', '/db'), entry('other', '/other')] },
  { data: [entry('name', '/db')] },
  { data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] },
  { data: [entry('user', '/db')], target: { template: { data: { url: '{{ .user }}@db' } } } },
  { data: [], dataFrom: [{ extract: { key: '/db' } }] },
]

const stepOf = <T>(what: string, arbitrary: fc.Arbitrary<T>, run: (bench: LeaseBench, value: T) => unknown) =>
  arbitrary.map<Step>((value) => ({ what: `${what} ${JSON.stringify(value)}`, run: (it) => run(it, value) }))

const nth = fc.integer({ min: 1, max: 8 })

/** The process lives, and what the provider did it is told. */
const plain: readonly fc.Arbitrary<Step>[] = [
  stepOf('run', fc.constant(0), (it) => it.run()),
  stepOf('run', fc.constant(1), (it) => it.run()),
  stepOf('minutes', fc.integer({ min: 1, max: 80 }), (it, minutes) => it.advance(minutes * minuteMs)),
  stepOf('spec', fc.constantFrom(...specs), (it, spec) => it.change({ target: {}, dataFrom: [], ...spec })),
  stepOf('suspend', fc.boolean(), (it, suspend) => it.change({ suspend })),
  stepOf('annotate', fc.constantFrom({}, { 'keyferry.io/lease-revocation': 'immediate' }), (it, marks) =>
    it.annotate(marks),
  ),
  stepOf('delete Secret', fc.constant(0), (it) => it.secrets.delete('shop/db')),
  stepOf('alter', fc.constantFrom('user', 'url', 'name'), (it, key) => {
    if (key in it.data()) it.secrets.alter('shop/db', key, 'x')
  }),
  stepOf('outage of', fc.subarray([...kinds]), (it, those) => {
    it.items.fails = Object.fromEntries(those.map((kind) => [kind, outage]))
  }),
  stepOf('store is there', fc.boolean(), (it, has) => void (it.hasStore = has)),
  stepOf('writes fail', fc.boolean(), (it, fails) => void (it.writeFails = fails ? cut : undefined)),
  stepOf('fail at', nth, (it, n) => failAt(it, n, false)),
]

/** The process ends, or does not hear what became of its call. */
const harsh: readonly fc.Arbitrary<Step>[] = [
  stepOf('restart', fc.constant(0), (it) => it.restart()),
  stepOf('answers are lost', fc.boolean(), (it, isLost) => void (it.items.isLost = isLost)),
  stepOf('answer is lost at', nth, (it, n) => failAt(it, n, true)),
  stepOf('crash at', fc.record({ n: nth, after: fc.boolean() }), async (it, { n, after }) => {
    it.crashAt = { n: it.outside + n, after }
    await it.run()
    it.crashAt = undefined
    it.restart()
  }),
]

async function failAt(it: LeaseBench, n: number, isDone: boolean): Promise<void> {
  it.failAt = { n: it.outside + n, error: cut, isDone }
  await it.run()
  it.failAt = undefined
}

function newBench(): LeaseBench {
  const bench = new LeaseBench()
  bench.items.dynamic.add('/other')
  bench.items.fixed.set('/a', { text: '1' })
  bench.change({ rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }] })
  return bench
}

const healing: Step = { what: 'heal', run: heal }

async function heal(bench: LeaseBench): Promise<void> {
  bench.items.fails = {}
  bench.items.isLost = false
  bench.hasStore = true
  bench.writeFails = undefined
  bench.change({ suspend: false })
  for (let n = 0; n < 4; n++) {
    bench.advance(1)
    await bench.run()
  }
}

function dynamicItemsOf({ object: { spec } }: LeaseBench): Set<string> {
  const { data = [], dataFrom = [] } = spec
  const keys = [...data.map((it) => it.remoteRef.key), ...dataFrom.map((it) => it.extract?.key ?? '')]
  return new Set(keys.filter((it) => it !== '/a'))
}

/** Gives the bench at the end, and whether a Secret that stood had other data then. */
async function lived(steps: readonly Step[]): Promise<{ bench: LeaseBench; hasChanged: boolean }> {
  const bench = newBench()
  let hasChanged = false
  for (const it of [...steps, healing]) {
    const before = bench.data()
    // No two runs begin within a millisecond.
    bench.advance(1)
    await it.run(bench)
    const after = bench.data()
    const isThere = [before, after].every((data) => Object.keys(data).length > 0)
    hasChanged = isThere && (hasChanged || JSON.stringify(before) !== JSON.stringify(after))
  }
  return { bench, hasChanged }
}

test.each([
  ['a process lives on', plain, () => 0],
  ['processes end and answers are lost', [...plain, ...harsh], (it: LeaseBench) => it.counts.unaccounted],
] as const)(
  'while %s there is one lease for each item in the end, and one restart for new data',
  async (_, steps, mostUnknown) => {
    const property = fc.asyncProperty(fc.array(fc.oneof(...steps), { maxLength: 25 }), async (list) => {
      const { bench, hasChanged } = await lived(list)
      expect(hasChanged ? bench.restarts.at(-1)?.data : bench.data()).toEqual(bench.data())
      expect(bench.object.status).not.toHaveProperty('pendingRestart')
      expect(bench.unknown()).toBeLessThanOrEqual(mostUnknown(bench))
      const items = dynamicItemsOf(bench)
      const active = bench.leases.filter((it) => it.state === 'Active')
      expect(new Set(active.map((it) => it.item))).toEqual(items)
      expect(active).toHaveLength(items.size)
      for (const { id = '' } of active) {
        expect(bench.items.living).toContain(id)
        expect(JSON.stringify(bench.data())).toContain(id)
      }
      const calls = bench.items.calls.length
      const { applied } = bench.secrets
      expect(await bench.run()).toMatchObject({ kind: 'resting' })
      expect([bench.items.calls.length, bench.secrets.applied]).toEqual([calls, applied])
      bench.delete()
      await bench.run()
      expect(bench.isGone).toBe(true)
      expect(bench.items.living).toHaveLength(bench.unknown())
    })
    await fc.assert(property, { numRuns: 100 })
  },
  30_000,
)
