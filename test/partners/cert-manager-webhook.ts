import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAuthority, makeServingCertificate } from '../cluster/certificates.ts'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { freePort } from '../cluster/free-port.ts'
import { eventually } from '../manager/eventually.ts'
import { type Partner, partnerFolder, startPartner } from './partner.ts'

/**
 * Starts cert-manager's own webhook and has the API server ask it about objects of these namespaces: who may approve,
 * what of a request may change, and whose request it is. Cluster-wide kinds are not asked about. Its CRDs must be there.
 */
export async function startCertManagerWebhook(
  cluster: ClusterFacts,
  namespaces: readonly [string, ...string[]],
): Promise<Partner> {
  const directory = partnerFolder('cert-manager-webhook')
  await makeAuthority(directory)
  await makeServingCertificate(directory, 'webhook', ['IP:127.0.0.1'])
  const port = await freePort()
  const partner = await startPartner('cert-manager-webhook', {
    directory,
    args: [
      `--kubeconfig=${cluster.kubeconfigFile}`,
      `--port=${port}`,
      `--tls-cert-file=${join(directory, 'webhook.crt')}`,
      `--tls-private-key-file=${join(directory, 'webhook.key')}`,
    ],
  })
  const caBundle = (await readFile(join(directory, 'ca.crt'))).toString('base64')
  const name = `cert-manager-${randomBytes(4).toString('hex')}`
  const registered = [
    configuration('Mutating', { name, url: `https://127.0.0.1:${port}/mutate`, caBundle, namespaces }),
    configuration('Validating', { name, url: `https://127.0.0.1:${port}/validate`, caBundle, namespaces }),
  ]
  await apply(cluster, directory, registered)
  await untilAsked(cluster, directory, namespaces[0])
  return { ...partner, [Symbol.asyncDispose]: () => withdraw(cluster, partner, name) }
}

interface Registration {
  readonly name: string
  readonly url: string
  readonly caBundle: string
  readonly namespaces: readonly string[]
}

function configuration(kind: 'Mutating' | 'Validating', registration: Registration): object {
  const { name, url, caBundle, namespaces } = registration
  const values = { key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }
  const webhook = {
    name: 'webhook.cert-manager.io',
    clientConfig: { url, caBundle },
    namespaceSelector: { matchExpressions: [values] },
    rules: [kind === 'Mutating' ? newRequests : everything],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
  }
  const metadata = { name }
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata,
    webhooks: [webhook],
  }
}

const newRequests = {
  apiGroups: ['cert-manager.io'],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['certificaterequests'],
}

const everything = {
  apiGroups: ['cert-manager.io', 'acme.cert-manager.io'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['*/*'],
}

async function apply(cluster: ClusterFacts, directory: string, items: readonly object[]): Promise<void> {
  const file = join(directory, 'configurations.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await kubectl(cluster, 'apply', '--server-side', '-f', file)
}

/** The API server hears of a new webhook a moment later: a request that no webhook lets pass is refused then. */
async function untilAsked(cluster: ClusterFacts, directory: string, namespace: string): Promise<void> {
  const file = join(directory, 'refused.json')
  const issuerRef = { name: 'none', kind: 'Issuer' }
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'cert-manager.io/v1',
      kind: 'CertificateRequest',
      metadata: { namespace, name: 'refused' },
      spec: { request: Buffer.from('no CSR').toString('base64'), issuerRef },
    }),
  )
  await eventually('the API server asks the webhook', () =>
    kubectl(cluster, 'create', '--dry-run=server', '-f', file).then(
      () => false,
      (error: unknown) => String(error).includes('webhook.cert-manager.io'),
    ),
  )
}

/** First the registrations: what they fail to reach refuses everything. */
async function withdraw(cluster: ClusterFacts, partner: Partner, name: string): Promise<void> {
  const kinds = 'mutatingwebhookconfiguration,validatingwebhookconfiguration'
  await kubectl(cluster, 'delete', '--ignore-not-found', kinds, name)
  await partner[Symbol.asyncDispose]()
}
