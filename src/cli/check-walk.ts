import type { Refusals } from '../akeyless/refusals.ts'
import { whoAmI } from '../check/api-server.ts'
import { definitionVerdict } from '../check/definitions.ts'
import { type Finding, ok } from '../check/finding.ts'
import type { Legs } from '../check/legs.ts'
import type { AskReview } from '../check/review.ts'
import { askingBy, type RuleSet, rightsVerdict } from '../check/rights.ts'
import type { Client } from '../kube/client.ts'
import type { Kind } from '../kube/kind.ts'
import type { ApiServer } from './api-server.ts'
import type { CheckFlags } from './check-flags.ts'
import type { Half } from './flags.ts'

/** Takes the findings of one stage. */
export type Emit = (findings: readonly Finding[]) => void

/** What every stage of the walk has. */
export interface Walk {
  readonly flags: CheckFlags
  readonly api: ApiServer
  readonly legs: Legs
  readonly emit: Emit
  readonly signal: AbortSignal
  readonly refusals: Refusals
}

/** Who one half, or the process, works as; undefined, and a finding says why, when that cannot be told. */
export async function identityOf(
  ask: AskReview,
  half: Half | undefined,
  { legs, emit }: Walk,
): Promise<string | undefined> {
  let who: string | undefined
  const finding = await legs.run('identity', half, async (signal) => {
    who = await whoAmI(ask, signal)
    return ok(half === undefined ? `we are ${who}` : `this half works as ${who}`)
  })
  emit([half === undefined || who !== undefined ? finding : { ...finding, remedy: noIdentity }])
  return who
}

const noIdentity =
  'make its ServiceAccount, and let this process create serviceaccounts/token of that name (Role keyferry-identities)'

interface Asker {
  readonly who: string | undefined
  readonly ask: AskReview
  readonly of: Half | 'process'
}

/** The rights of one identity; skipped when nobody knows who that is. */
export async function rightsOf(
  sets: readonly RuleSet[],
  { who, ask, of }: Asker,
  { legs }: Walk,
): Promise<readonly Finding[]> {
  if (who === undefined) return sets.length === 0 ? [] : [legs.skip('rights', of, 'identity failed')]
  const findings: Finding[] = []
  for (const set of sets)
    findings.push(
      await legs.run('rights', set.title, (signal) => rightsVerdict(set, who, askingBy(ask), signal)),
    )
  return findings
}

/** Tells of the CRDs; gives why what needs them is to be skipped, when one failed. */
export async function definitionsOf(
  kinds: readonly Kind[],
  client: Client,
  newerOf: (kind: Kind) => readonly string[],
  { legs, emit }: Walk,
): Promise<string | undefined> {
  const findings: Finding[] = []
  for (const kind of kinds)
    findings.push(
      await legs.run('crd', `${kind.plural}.${kind.group}`, (signal) =>
        definitionVerdict(client, kind, newerOf(kind), signal),
      ),
    )
  emit(findings)
  return findings.some((it) => it.status === 'failed') ? 'crd failed' : undefined
}
