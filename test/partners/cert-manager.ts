import { join } from 'node:path'
import { awaitCrds } from '../cluster/await-crds.ts'
import { sourceFolder } from '../cluster/binaries.ts'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { type Partner, startPartner } from './partner.ts'

export interface CertManagerOptions {
  /** Seconds before the second attempt at a Certificate, doubled for each one after it; cert-manager's is an hour. */
  readonly backoffSeconds?: number
  /** Look at this namespace only, and at no ClusterIssuer; all of them by default. */
  readonly namespace?: string
  /** Holds the Secrets of ClusterIssuers. */
  readonly clusterResourceNamespace?: string
  /** A controller that does not run: `certificaterequests-approver` where a test approves by itself. */
  readonly without?: string
  /** Also answer Gateways; needs `applyGatewayCrds`. */
  readonly gatewayApi?: boolean
  /** What it acts as; the administrator by default. */
  readonly kubeconfigFile?: string
}

/** Applies cert-manager's CRDs, which lie in its Go module, and waits until they are served. May be called twice. */
export async function applyCertManagerCrds(cluster: ClusterFacts): Promise<void> {
  const folder = await sourceFolder('certmanager', 'github.com/cert-manager/cert-manager')
  const files = crds.map((it) => join(folder, 'deploy/crds', `${it.group}_${it.plural}.yaml`))
  await kubectl(cluster, 'apply', '--server-side', '--force-conflicts', ...files.flatMap((it) => ['-f', it]))
  const names = crds.map((it) => `crd/${it.plural}.${it.group}`)
  await awaitCrds((...args) => kubectl(cluster, ...args), names)
}

/** Applies the CRDs of Gateway API in the version that cert-manager is built with; its Gateways are for gateway-shim. */
export async function applyGatewayCrds(cluster: ClusterFacts): Promise<void> {
  const folder = join(await sourceFolder('certmanager', 'sigs.k8s.io/gateway-api'), 'config/crd/standard')
  const plurals = ['gatewayclasses', 'gateways', 'httproutes', 'listenersets', 'referencegrants']
  const files = plurals.map((it) => join(folder, `gateway.networking.k8s.io_${it}.yaml`))
  await kubectl(cluster, 'apply', '--server-side', ...files.flatMap((it) => ['-f', it]))
  const names = plurals.map((it) => `crd/${it}.gateway.networking.k8s.io`)
  await awaitCrds((...args) => kubectl(cluster, ...args), names)
}

const crds = [
  { group: 'cert-manager.io', plural: 'certificaterequests' },
  { group: 'cert-manager.io', plural: 'certificates' },
  { group: 'cert-manager.io', plural: 'issuers' },
  { group: 'cert-manager.io', plural: 'clusterissuers' },
  { group: 'acme.cert-manager.io', plural: 'challenges' },
  { group: 'acme.cert-manager.io', plural: 'orders' },
]

/**
 * Starts cert-manager's own controllers, whose CRDs must be there. Two that look at the same namespace would both
 * answer: in the cluster that tests share, give a namespace.
 */
export function startCertManager(cluster: ClusterFacts, options: CertManagerOptions = {}): Promise<Partner> {
  const { backoffSeconds = 3600, namespace = '', without = '' } = options
  const args = [
    `--kubeconfig=${options.kubeconfigFile ?? cluster.kubeconfigFile}`,
    `--namespace=${namespace}`,
    `--cluster-resource-namespace=${options.clusterResourceNamespace ?? 'cert-manager'}`,
    `--backoff=${backoffSeconds}s`,
    `--without=${without}`,
    `--gateway-api=${options.gatewayApi ?? false}`,
  ]
  return startPartner('cert-manager', { args })
}
