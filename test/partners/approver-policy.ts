import { join } from 'node:path'
import { awaitCrds } from '../cluster/await-crds.ts'
import { sourceFolder } from '../cluster/binaries.ts'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { freePort } from '../cluster/free-port.ts'
import { type Partner, startPartner } from './partner.ts'

/** Applies approver-policy's CRD, which lies in its Go module, and waits until it is served. */
export async function applyApproverPolicyCrd(cluster: ClusterFacts): Promise<void> {
  const folder = await sourceFolder('approverpolicy', 'github.com/cert-manager/approver-policy')
  const file = join(folder, 'deploy/crds/policy.cert-manager.io_certificaterequestpolicies.yaml')
  await kubectl(cluster, 'apply', '--server-side', '--force-conflicts', '-f', file)
  const name = 'crd/certificaterequestpolicies.policy.cert-manager.io'
  await awaitCrds((...args) => kubectl(cluster, ...args), [name])
}

/**
 * Starts approver-policy, which approves and denies by the CertificateRequestPolicies of the cluster. It looks at all
 * namespaces, and two of it in one cluster elect a leader: let policies select the namespaces of a test, and start
 * cert-manager without `certificaterequests-approver`. It asks what the user of a request may do, whom only cert-manager's
 * webhook tells: start that too. `namespace` holds its lease and the Secret of its webhook.
 */
export async function startApproverPolicy(cluster: ClusterFacts, namespace: string): Promise<Partner> {
  const [metrics, probe, webhook] = await Promise.all([freePort(), freePort(), freePort()])
  const args = [
    `--kubeconfig=${cluster.kubeconfigFile}`,
    `--leader-election-namespace=${namespace}`,
    `--metrics-bind-address=127.0.0.1:${metrics}`,
    `--readiness-probe-bind-address=127.0.0.1:${probe}`,
    '--webhook-host=127.0.0.1',
    `--webhook-port=${webhook}`,
    `--webhook-ca-secret-namespace=${namespace}`,
  ]
  const isReady = () => fetch(`http://127.0.0.1:${probe}/readyz`).then((it) => it.ok)
  return startPartner('approver-policy', { args, isReady })
}
