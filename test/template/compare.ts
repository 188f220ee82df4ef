import { type Case, type Outcome, readable, readableOutcome } from './case.ts'
import { deliberate } from './deliberate.ts'
import type { GoEngine } from './go-engine.ts'
import { renderOurs } from './our-engine.ts'

export interface Difference {
  readonly case: Case
  readonly theirs: Outcome
  readonly ours: Outcome
}

/**
 * How a comparison ended. `limited`: one side refused to go on, so there is nothing to compare. `unsteady`: the real
 * engine gives now this, now that, for Go takes the keys of some maps in any order, and ours gives one of them.
 */
export type Comparison =
  | { readonly kind: 'equal' | 'limited' | 'unsteady' }
  | { readonly kind: 'deliberate'; readonly reason: string }
  | { readonly kind: 'different'; readonly difference: Difference }

/** Renders a case in both engines. Equal are the same bytes, or an error on both sides. */
export async function compare(it: Case, engine: GoEngine, limitMs?: number): Promise<Comparison> {
  const [theirs, ours] = await Promise.all([engine.render(it, limitMs), outcomeOfOurs(it)])
  if (theirs.kind === 'limit' || ours.kind === 'limit') return { kind: 'limited' }
  if (areEqual(theirs, ours)) return { kind: 'equal' }
  const known = deliberate.find((one) => one.covers(it, theirs, ours))
  if (known !== undefined) return { kind: 'deliberate', reason: known.reason }
  if (await isUnsteady(it, ours, engine)) return { kind: 'unsteady' }
  return { kind: 'different', difference: { case: it, theirs, ours } }
}

async function isUnsteady(it: Case, ours: Outcome, engine: GoEngine): Promise<boolean> {
  const again = await Promise.all(Array.from({ length: 12 }, () => engine.render(it)))
  return again.some((theirs) => areEqual(theirs, ours))
}

/** A defect of ours is a difference to be shown like any other. */
async function outcomeOfOurs(it: Case): Promise<Outcome> {
  try {
    return await renderOurs(it)
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error)
    return { kind: 'output', bytes: Buffer.from(`DEFECT ${words}`) }
  }
}

function areEqual(theirs: Outcome, ours: Outcome): boolean {
  if (theirs.kind === 'output' && ours.kind === 'output') return theirs.bytes.equals(ours.bytes)
  return theirs.kind === ours.kind
}

/** Everything that is needed to see a difference again. */
export function describe({ case: it, theirs, ours }: Difference): string {
  const used = Object.entries(it.data).filter(([key]) => String(it.template).includes(key))
  return [
    `template ${readable(it.template)}`,
    ...(it.delimiters === undefined ? [] : [`  delimiters ${it.delimiters.join(' and ')}`]),
    ...used.map(([key, value]) => `  .${key} = ${readable(value)}`),
    `  Go   ${readableOutcome(theirs)}`,
    `  ours ${readableOutcome(ours)}`,
  ].join('\n')
}
