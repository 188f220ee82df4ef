import type { Condition, KubeObject } from '../kube/object.ts'
import { ok, type Verdict, warned } from './finding.ts'

type Reported = KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } }

/** How many reasons are told. */
const mostReasons = 3

/** What the manager says of all ExternalSecrets, in one line. */
export async function syncedVerdict(pages: AsyncIterable<readonly KubeObject[]>): Promise<Verdict> {
  const reasons = new Map<string, number>()
  let all = 0
  for await (const page of pages)
    for (const object of page) {
      all++
      const reason = reasonOf(object)
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
  if (reasons.size === 0) return ok(all === 0 ? 'there are none' : `all ${all} are Ready`)
  const common = [...reasons].toSorted(([, a], [, b]) => b - a)
  const bad = common.reduce((sum, [, count]) => sum + count, 0)
  const told = common.slice(0, mostReasons).map(([reason, count]) => `${count} ${reason}`)
  const rest = common.length > mostReasons ? ', and others' : ''
  return warned(
    `${bad} of ${all} are not Ready: ${told.join(', ')}${rest}`,
    'kubectl get externalsecrets -A shows them; docs/externalsecret.md explains the reasons',
  )
}

/** Why it is not Ready; undefined when it is. A reason of another controller may be any word. */
function reasonOf(object: Reported): string | undefined {
  const ready = object.status?.conditions?.find((it) => it.type === 'Ready')
  if (ready === undefined) return 'without a status'
  return ready.status === 'True' ? undefined : ready.reason
}
