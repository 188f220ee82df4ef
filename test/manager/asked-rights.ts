import { Agent, request } from 'undici'
import type { ClusterFacts } from '../cluster/cluster.ts'

/** One question to the API server: may somebody do this? */
export interface Asked {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}

/** Those of the questions that the API server answers with yes for a ServiceAccount, `NAMESPACE:NAME`. */
export async function held(
  cluster: ClusterFacts,
  account: string,
  questions: readonly Asked[],
): Promise<readonly string[]> {
  const agent = new Agent({ connect: { ca: cluster.caPem }, connections: 10 })
  const [namespace = ''] = account.split(':')
  const who = {
    user: `system:serviceaccount:${account}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  }
  const answers = await Promise.all(
    questions.map(async (asked) => {
      const spec = { ...who, resourceAttributes: asked }
      const { body } = await request(`${cluster.server}/apis/authorization.k8s.io/v1/subjectaccessreviews`, {
        method: 'POST',
        dispatcher: agent,
        headers: { authorization: `Bearer ${cluster.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }),
      })
      const { status } = (await body.json()) as { status: { allowed: boolean } }
      return status.allowed ? wordsOf(asked) : undefined
    }),
  )
  await agent.close()
  return answers.filter((it) => it !== undefined)
}

function wordsOf({ verb, group, resource, subresource, namespace = '*', name = '' }: Asked): string {
  return `${verb} ${[resource, subresource].filter(Boolean).join('/')}.${group} in ${namespace} ${name}`.trim()
}

const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const
const reads = ['get', 'list', 'watch'] as const

/** What seed 004 forbids to whoever signs (M24), and what would amount to it. */
export function forbiddenToIssuers(namespace: string): readonly Asked[] {
  const each = (verbs: readonly string[], more: Omit<Asked, 'verb'>) =>
    verbs.map((verb) => ({ verb, ...more }))
  const cm = 'cert-manager.io'
  const all = [...reads, ...writes]
  return [
    ...each(writes, { group: '', resource: 'secrets', namespace }),
    ...each(writes, { group: '', resource: 'configmaps', namespace }),
    // Outside the namespaces that were granted.
    ...each(all, { group: '', resource: 'secrets', namespace: 'default' }),
    ...each(all, { group: '', resource: 'secrets', namespace: 'kube-system' }),
    ...each(all, { group: '', resource: 'secrets' }),
    ...each(all, { group: '', resource: 'configmaps' }),
    ...each(all, { group: cm, resource: 'certificates', namespace }),
    ...each(all, { group: cm, resource: 'certificates', subresource: 'status', namespace }),
    ...each(all, { group: cm, resource: 'issuers', namespace }),
    ...each(all, { group: cm, resource: 'clusterissuers' }),
    ...each(writes, { group: cm, resource: 'certificaterequests', namespace }),
    ...each(['create', 'update', 'delete'], {
      group: cm,
      resource: 'certificaterequests',
      subresource: 'status',
      namespace,
    }),
    ...each(writes, { group: cm, resource: 'certificaterequests', subresource: 'approval', namespace }),
    ...each(['approve', 'sign'], {
      group: cm,
      resource: 'signers',
      name: 'externalissuers.external-issuer.io/*',
    }),
    ...each(['approve', 'sign'], {
      group: 'certificates.k8s.io',
      resource: 'signers',
      name: 'kubernetes.io/kubelet-serving',
    }),
    ...each(all, { group: 'certificates.k8s.io', resource: 'certificatesigningrequests' }),
    ...each(writes, { group: 'external-issuer.io', resource: 'externalissuers', namespace }),
    ...each(writes, { group: 'external-issuer.io', resource: 'externalclusterissuers' }),
    ...each(all, { group: 'external-secrets.io', resource: 'externalsecrets', namespace }),
    ...each(['create'], { group: '', resource: 'serviceaccounts', subresource: 'token', namespace }),
    ...each(['create'], { group: '', resource: 'pods', subresource: 'exec', namespace }),
    ...each(['list', 'watch', ...writes], { group: '', resource: 'namespaces' }),
    ...each(all, { group: '', resource: 'nodes' }),
    ...each(all, { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }),
    ...each(all, { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' }),
    ...each(['bind', 'escalate'], { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' }),
    ...each(['impersonate'], { group: '', resource: 'users' }),
    ...each(all, { group: 'admissionregistration.k8s.io', resource: 'validatingwebhookconfigurations' }),
    ...each(all, { group: 'coordination.k8s.io', resource: 'leases', namespace }),
  ]
}
