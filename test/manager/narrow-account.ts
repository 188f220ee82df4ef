import type { Client } from '../../src/kube/client.ts'
import { type Kind, serviceAccountKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { PolicyRule } from '../../src/runtime/policy-rule.ts'

const group = 'rbac.authorization.k8s.io'
const roleKind: Kind = {
  group,
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
}
const bindingKind: Kind = {
  group,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
}

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

/** Makes a ServiceAccount that has these rights everywhere and no other, and gives a token of it, valid for an hour. */
export async function narrowAccount(
  client: Client,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  rules: readonly PolicyRule[],
): Promise<string> {
  const options = { signal: AbortSignal.timeout(30_000), fieldManager: 'a-user' }
  const metadata = { name: `${namespace}-${name}` }
  const role: KubeObject & { rules: unknown } = {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    metadata,
    rules,
  }
  const binding: KubeObject & { roleRef: unknown; subjects: unknown } = {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } }
  await client.create(serviceAccountKind, account, options)
  await client.create(roleKind, role, options)
  await client.create(bindingKind, binding, options)
  const request = { audiences: [], expirationSeconds: 3600, signal: options.signal }
  return (await client.createToken({ namespace, name }, request)).token.reveal()
}
