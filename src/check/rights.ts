import { property } from '../kube/api-status.ts'
import type { PolicyRule } from '../runtime/policy-rule.ts'
import { Slots } from '../std/slots.ts'
import { failed, ok, type Verdict } from './finding.ts'
import type { AskReview } from './review.ts'

/** Rules that stand beside the code, and who grants them. */
export interface RuleSet {
  /** What they are for, in few words. */
  readonly title: string
  /** The role that holds them: `ClusterRole keyferry-issuer`. */
  readonly role: string
  /** The chart's value that has it bound; absent is always. */
  readonly value?: string
  readonly rules: readonly PolicyRule[]
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[]
  /** What is lost without them; absent where nothing works then. */
  readonly optional?: string
}

/** One question to the authorizer (authorization.k8s.io/v1, ResourceAttributes). */
export interface Access {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly name?: string
  readonly namespace?: string
}

/** Says whether we may. */
export type MayI = (access: Access, signal: AbortSignal) => Promise<boolean>

const atATime = 10
/** They belong to no namespace: where only Roles are given, nobody can be granted them. */
const clusterWide = new Set([
  'clustersecretstores',
  'externalclusterissuers',
  'namespaces',
  'customresourcedefinitions',
  'tokenreviews',
  'certificatesigningrequests',
  'signers',
])

/** Asks for every right of a set, and names those that are missing. Throws what the port throws. */
export async function rightsVerdict(
  set: RuleSet,
  who: string,
  mayI: MayI,
  signal: AbortSignal,
): Promise<Verdict> {
  const slots = new Slots(atATime)
  const asked = questionsOf(set)
  const answers = await Promise.all(
    asked.map(async (it) => ({ it, may: await slots.run(signal, () => mayI(it, signal)) })),
  )
  const missing = answers.flatMap(({ it, may }) => (may ? [] : [it]))
  if (set.optional !== undefined && missing.length > 0) return optionalVerdict(set, set.optional, missing)
  const lost = set.namespaces.length === 0 ? [] : missing.filter((it) => clusterWide.has(it.resource))
  const needed = missing.filter((it) => !lost.includes(it))
  if (needed.length > 0) return missingVerdict(set, needed, who)
  const granted = asked.length - lost.length
  const words = granted === 1 ? 'the right is granted' : `all ${granted} rights are granted`
  return ok(lost.length === 0 ? words : `${words}; cluster kinds are off, for lack of: ${shown(lost)}`)
}

function missingVerdict(set: RuleSet, missing: readonly Access[], who: string): Verdict {
  return failed(`missing: ${shown(missing)}`, `bind ${set.role} to ${who}${valueOf(set)}`)
}

function optionalVerdict(set: RuleSet, why: string, missing: readonly Access[]): Verdict {
  return ok(`not granted${valueOf(set)}, and optional: ${shown(missing)}; ${why}`)
}

function valueOf({ value }: RuleSet): string {
  return value === undefined ? '' : ` (chart value ${value})`
}

/** Every question of a set of rules, each once. */
function questionsOf({ rules, namespaces }: RuleSet): readonly Access[] {
  const asked = new Map<string, Access>()
  for (const access of rules.flatMap(accessesOf))
    for (const namespace of placesOf(access, namespaces)) {
      const placed = { ...access, ...(namespace !== undefined && { namespace }) }
      asked.set(JSON.stringify(placed), placed)
    }
  return [...asked.values()]
}

function placesOf({ resource }: Access, namespaces: readonly string[]): readonly (string | undefined)[] {
  return namespaces.length === 0 || clusterWide.has(resource) ? [undefined] : namespaces
}

function accessesOf({ apiGroups, resources, resourceNames, verbs }: PolicyRule): Access[] {
  const names: readonly (string | undefined)[] = resourceNames ?? [undefined]
  return apiGroups.flatMap((group) =>
    resources.flatMap((full) => {
      const [resource = '', subresource] = full.split('/')
      const about = { group, resource, ...(subresource !== undefined && { subresource }) }
      return names.flatMap((name) =>
        verbs.map((verb) => ({ verb, ...about, ...(name !== undefined && { name }) })),
      )
    }),
  )
}

/** `create, patch secrets, configmaps in shop; list namespaces`. */
function shown(accesses: readonly Access[]): string {
  const verbs = grouped(accesses, placeOf, ({ verb }) => verb)
  const places = grouped(
    [...verbs],
    ([, of]) => of.join(', '),
    ([place]) => place,
  )
  return [...places].map(([of, at]) => `${of} ${at.join(', ')}`).join('; ')
}

function grouped<T>(
  items: readonly T[],
  keyOf: (it: T) => string,
  wordOf: (it: T) => string,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const it of items) groups.set(keyOf(it), [...(groups.get(keyOf(it)) ?? []), wordOf(it)])
  return groups
}

function placeOf({ group, resource, subresource, name, namespace }: Access): string {
  const kind = group === '' ? resource : `${resource}.${group}`
  const part = subresource === undefined ? kind : `${kind}/${subresource}`
  const named = name === undefined ? part : `${part} "${name}"`
  return namespace === undefined ? named : `${named} in ${namespace}`
}

/** Asks the API server by SelfSubjectAccessReview. */
export function askingBy(ask: AskReview): MayI {
  return async (resourceAttributes, signal) => {
    const spec = { resourceAttributes }
    const status = await ask({ group: 'authorization.k8s.io', kind: 'SelfSubjectAccessReview', spec }, signal)
    return property(status, 'allowed') === true
  }
}
