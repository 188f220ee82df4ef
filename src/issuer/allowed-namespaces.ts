import type { AllowedNamespaces } from '../api/externalissuer.ts'
import { selects } from '../api/label-selector.ts'

type Labels = Readonly<Record<string, string>>

/**
 * Whether a namespace may use an ExternalClusterIssuer (S4). No rule admits all; else one fitting name is enough, or
 * the labels, which are only asked for when they decide. What has no namespace is admitted where there is no rule.
 */
export async function admits(
  allowed: AllowedNamespaces | undefined,
  namespace: string | undefined,
  labelsOf: (namespace: string) => Promise<Labels>,
): Promise<boolean> {
  if (allowed === undefined) return true
  if (namespace === undefined) return false
  if (allowed.names?.some((it) => fits(it, namespace)) === true) return true
  return allowed.selector !== undefined && selects(allowed.selector, await labelsOf(namespace))
}

/** Shell patterns with * and ? only, over the whole name, in time that grows with the product of both lengths. */
function fits(pattern: string, name: string): boolean {
  let reached = new Set([0])
  for (const sign of pattern) {
    reached = sign === '*' ? fromFirst(reached, name.length) : stepped(reached, sign, name)
  }
  return reached.has(name.length)
}

function fromFirst(reached: ReadonlySet<number>, end: number): Set<number> {
  const first = Math.min(...reached)
  return new Set(Array.from({ length: Math.max(0, end - first + 1) }, (_, index) => first + index))
}

function stepped(reached: ReadonlySet<number>, sign: string, name: string): Set<number> {
  const matching = [...reached].filter((at) => at < name.length && (sign === '?' || name[at] === sign))
  return new Set(matching.map((at) => at + 1))
}
