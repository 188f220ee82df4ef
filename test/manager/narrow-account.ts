import type { Client } from '../../src/kube/client.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { PolicyRule } from '../../src/runtime/policy-rule.ts'
import { inTime } from '../cluster/in-time.ts'
import { type Account, makeBinding, makeServiceAccount, tokenOf } from './accounts.ts'
import { clusterRoleKind } from './rbac-kinds.ts'

/** One verb on one resource (`patch externalsecrets/status`), of whatever group. */
export type Right = string

/** Every right that the rules give, once. */
export function rightsIn(rules: readonly PolicyRule[]): readonly Right[] {
  const all = rules.flatMap(({ resources, verbs }) =>
    resources.flatMap((it) => verbs.map((verb) => `${verb} ${it}`)),
  )
  return [...new Set(all)].toSorted()
}

/** The rules less one right. */
export function without(right: Right, rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const [verb, resource = ''] = right.split(' ')
  return rules.flatMap((rule) => {
    if (!rule.resources.includes(resource)) return [rule]
    const others = rule.resources.filter((it) => it !== resource)
    const verbs = rule.verbs.filter((it) => it !== verb)
    const rest = others.length === 0 ? [] : [{ ...rule, resources: others }]
    return verbs.length === 0 ? rest : [...rest, { ...rule, resources: [resource], verbs }]
  })
}

/** Makes a ServiceAccount that has these rights everywhere and no other, and gives a token of it, valid for 2 h. */
export async function narrowAccount(
  client: Client,
  account: Account,
  rules: readonly PolicyRule[],
): Promise<string> {
  const fullName = `${account.namespace}-${account.name}`
  const role: KubeObject & { rules: unknown } = { metadata: { name: fullName }, rules }
  await makeServiceAccount(client, account)
  await client.create(clusterRoleKind, role, { fieldManager: 'a-user', signal: inTime() })
  await makeBinding(client, fullName, account, { role: fullName })
  return tokenOf(client, account)
}
