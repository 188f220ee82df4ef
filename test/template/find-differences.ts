import fc from 'fast-check'
import { cases } from './arbitrary-case.ts'
import type { Case } from './case.ts'
import { compare, type Difference } from './compare.ts'
import type { GoEngine } from './go-engine.ts'

export interface Findings {
  readonly compared: number
  /** Cases that an engine's limit ended. */
  readonly limited: number
  /** Cases that differ as they are meant to, by the reason. */
  readonly deliberate: Readonly<Record<string, number>>
  /** How many cases differ, and the first of them made as small as they go. */
  readonly different: number
  readonly differences: readonly Difference[]
}

export interface Search {
  /** The same seed gives the same cases. */
  readonly seed: number
  readonly count: number
  /** Cases over the whole language where it is left out. */
  readonly from?: fc.Arbitrary<Case>
  /** How many differences are made small. */
  readonly most?: number
}

/** Compares generated cases. */
export async function findDifferences(
  engine: GoEngine,
  { seed, count, from = cases, most = 20 }: Search,
): Promise<Findings> {
  const generated = fc.sample(new WithContext(from), { seed, numRuns: count })
  const results = await Promise.all(generated.map((it) => compare(it.value, engine)))
  const differing = generated.filter((_, index) => results[index]?.kind === 'different')
  const differences: Difference[] = []
  for (const it of differing.slice(0, most)) differences.push(...(await smallest(it, from, engine)))
  const deliberate: Record<string, number> = {}
  for (const it of results) {
    if (it.kind === 'deliberate') deliberate[it.reason] = (deliberate[it.reason] ?? 0) + 1
  }
  const limited = results.filter((it) => it.kind === 'limited').length
  return {
    compared: count,
    limited,
    deliberate,
    different: differing.length,
    differences: distinct(differences),
  }
}

/** Gives values with what fast-check needs to make them smaller, which `fc.sample` alone leaves out. */
class WithContext<T> extends fc.Arbitrary<fc.Value<T>> {
  readonly #inner: fc.Arbitrary<T>

  constructor(inner: fc.Arbitrary<T>) {
    super()
    this.#inner = inner
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<fc.Value<T>> {
    return new fc.Value(this.#inner.generate(random, bias), undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is fc.Value<T> {
    return value instanceof fc.Value
  }

  override shrink(): fc.Stream<fc.Value<fc.Value<T>>> {
    return fc.Stream.nil()
  }
}

const candidatesAtOnce = 100
const mostRounds = 200

/** Follows fast-check's smaller cases as long as one of them still differs. */
async function smallest(
  found: fc.Value<Case>,
  from: fc.Arbitrary<Case>,
  engine: GoEngine,
): Promise<readonly Difference[]> {
  let current = found
  for (let round = 0; round < mostRounds; round++) {
    const candidates = [...from.shrink(current.value, current.context).take(candidatesAtOnce)]
    const results = await Promise.all(candidates.map((it) => compare(it.value, engine)))
    const at = results.findIndex((it) => it.kind === 'different')
    const next = candidates[at]
    if (next === undefined) break
    current = next
  }
  const last = await compare(await withoutNeedless(current.value, engine), engine)
  return last.kind === 'different' ? [last.difference] : []
}

/** The case without the values that its difference does not need. */
async function withoutNeedless(from: Case, engine: GoEngine): Promise<Case> {
  let current = from
  for (const key of Object.keys(from.data)) {
    const { [key]: _, ...data } = current.data
    const smaller = { ...current, data }
    if ((await compare(smaller, engine)).kind === 'different') current = smaller
  }
  return current
}

function distinct(differences: readonly Difference[]): readonly Difference[] {
  return [...new Map(differences.map((it) => [String(it.case.template), it])).values()]
}
