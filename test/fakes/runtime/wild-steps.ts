import * as fc from 'fast-check'
import type { Thing } from './thing-cluster.ts'
import type { WildManager } from './wild-manager.ts'
import type { Ending, Plan } from './wild-runs.ts'
import { fates } from './wild-server.ts'

const fields = fc.record(
  { binding: fc.constantFrom('x', 'y'), refreshTime: fc.constantFrom('1', '2') },
  { requiredKeys: [] },
)
const done = fc.record(
  { kind: fc.constant('done' as const), fields, unchanged: fc.boolean(), againMs: fc.constant(60_000) },
  { requiredKeys: ['kind', 'fields', 'unchanged'] },
)
const failure = fc.record({
  kind: fc.constant('failed' as const),
  reason: fc.constantFrom('NotFound', 'Throttled'),
  userMustAct: fc.boolean(),
})
const ending: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 4, arbitrary: done },
  { weight: 4, arbitrary: failure },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('suspended', 'resting', 'defect') }) },
)
const act = fc.oneof(
  { weight: 3, arbitrary: fields },
  { weight: 3, arbitrary: fc.constant('wait' as const) },
  { weight: 1, arbitrary: fc.constant('deaf' as const) },
)
const plan: fc.Arbitrary<Plan> = fc.record({
  acts: fc.array(act, { maxLength: 3, size: 'max' }),
  isBrave: fc.boolean(),
  ending,
})

/** What runs do that no step speaks of: mostly they succeed. */
export const usualPlan: fc.Arbitrary<Plan> = fc.record({
  acts: fc.constant([]),
  isBrave: fc.constant(false),
  ending: fc.oneof({ weight: 3, arbitrary: done }, { weight: 1, arbitrary: failure }),
})

const name = fc.constantFrom('a', 'a', 'a', 'b', 'c')
const only = <const T extends string>(it: T) => fc.record({ do: fc.constant(it) })
const of = <const T extends string>(it: T) => fc.record({ do: fc.constant(it), name })
const fate = fc.constantFrom(...fates, 'well' as const, 'well' as const)
const run = fc.record({
  do: fc.constant('run' as const),
  name,
  plan,
  fates: fc.array(fate, { maxLength: 3, size: 'max' }),
})
const show = fc.record({ do: fc.constant('show' as const), count: fc.integer({ min: 1, max: 4 }) })
const pass = fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10, 2500, 6000, 130_000) })
const step = fc.oneof(
  { weight: 40, arbitrary: run },
  { weight: 40, arbitrary: show },
  { weight: 30, arbitrary: only('let one') },
  { weight: 10, arbitrary: of('spec') },
  { weight: 10, arbitrary: of('label') },
  { weight: 10, arbitrary: pass },
  { weight: 4, arbitrary: of('remove') },
  { weight: 4, arbitrary: of('anew') },
  { weight: 4, arbitrary: only('show again') },
  { weight: 4, arbitrary: only('list') },
  { weight: 2, arbitrary: of('status') },
  { weight: 1, arbitrary: only('succeed') },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Steps, each with the turns that promises have after it; undefined is as many as they need. */
export const wildSteps = fc.array(
  fc.tuple(step, fc.constantFrom(undefined, undefined, undefined, 0, 1, 2, 3, 5, 8, 13)),
  { minLength: 5, maxLength: 60, size: 'max' },
)

/** Takes one step; resolves as soon as it is taken, not when all that follows from it has happened. */
export async function take(it: Step, manager: WildManager): Promise<void> {
  const { server, runs, clock } = manager
  switch (it.do) {
    case 'run':
      runs.plans.push(it.plan)
      server.fates.push(...it.fates)
      return manager.wake(`shop/${it.name}`)
    case 'spec':
      return server.edit(it.name, (old) => withMeta(old, { generation: (old.metadata.generation ?? 0) + 1 }))
    case 'label':
      return server.edit(it.name, (old) => withMeta(old, { labels: { at: String(clock.now()) } }))
    case 'status':
      return server.edit(it.name, (old) => ({ ...old, status: { ...old.status, binding: 'foreign' } }))
    case 'remove':
      return server.remove(it.name)
    case 'anew':
      server.remove(it.name)
      return server.edit(it.name, (old) => old)
    case 'show':
      return server.show(it.count)
    case 'show again':
      return server.showAgain()
    case 'list':
      return server.list()
    case 'let one':
      return server.gates.letOne()
    case 'pass':
      return clock.advance(it.ms)
    case 'succeed':
      return manager.succeed()
  }
}

function withMeta(old: Thing, meta: Partial<Thing['metadata']>): Thing {
  return { ...old, metadata: { ...old.metadata, ...meta } }
}
