import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { kubeconfigOf } from '../cluster/kubeconfig.ts'
import { partnerFolder } from './partner.ts'

/** A ServiceAccount that can do what cert-manager's own can, and approve no more than it is told. */
export interface CertManagerAccount extends AsyncDisposable {
  /** For `startCertManager`. */
  readonly kubeconfigFile: string
  /** `system:serviceaccount:NAMESPACE:NAME` */
  readonly user: string
}

/**
 * Makes a ServiceAccount `cert-manager` in a namespace. `approves` are resource names of `signers`, such as
 * `externalissuers.external-issuer.io/*`; they count only where cert-manager's webhook is asked.
 */
export async function makeCertManagerAccount(
  cluster: ClusterFacts,
  namespace: string,
  approves: readonly string[] = [],
): Promise<CertManagerAccount> {
  const directory = partnerFolder('cert-manager-account')
  const role = `cert-manager-${randomBytes(4).toString('hex')}`
  const file = join(directory, 'account.json')
  const items = manifests(namespace, role, approves)
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await kubectl(cluster, 'apply', '--server-side', '-f', file)
  const token = (await kubectl(cluster, 'create', 'token', '-n', namespace, 'cert-manager')).trim()
  const kubeconfigFile = join(directory, 'kubeconfig')
  const { server, caFile } = cluster
  await writeFile(kubeconfigFile, kubeconfigOf({ server, caFile, token }))
  return {
    kubeconfigFile,
    user: `system:serviceaccount:${namespace}:cert-manager`,
    async [Symbol.asyncDispose]() {
      await kubectl(cluster, 'delete', '--ignore-not-found', 'clusterrole,clusterrolebinding', role)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function manifests(namespace: string, role: string, approves: readonly string[]): readonly object[] {
  const approval = {
    apiGroups: ['cert-manager.io'],
    resources: ['signers'],
    verbs: ['approve'],
    resourceNames: approves,
  }
  const rbac = 'rbac.authorization.k8s.io'
  const metadata = { name: role }
  const subjects = [{ kind: 'ServiceAccount', namespace, name: 'cert-manager' }]
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'cert-manager' } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata,
      rules: approves.length === 0 ? ordinary : [...ordinary, approval],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects,
    },
  ]
}

const all = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']

const kinds = ['certificates', 'certificaterequests', 'issuers', 'clusterissuers']

/** What the controllers of hack/go/certmanager need; none of it is the right to approve. */
const ordinary = [
  {
    apiGroups: ['cert-manager.io'],
    resources: kinds.flatMap((it) => [it, `${it}/status`, `${it}/finalizers`]),
    verbs: all,
  },
  { apiGroups: [''], resources: ['secrets', 'events'], verbs: all },
  { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
  {
    apiGroups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests', 'certificatesigningrequests/status'],
    verbs: all,
  },
  { apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: ['sign'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingresses/finalizers'], verbs: all },
]
