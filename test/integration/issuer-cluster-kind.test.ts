import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { sourceFolder } from '../cluster/binaries.ts'
import { connect } from '../cluster/client.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { makeCsr } from '../fakes/pki/csr.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerManager, startIssuerManager } from '../manager/issuer-manager.ts'
import { allowInputs, type IssuerScene, newIssuerScene, type SeenObject } from '../manager/issuer-scene.ts'

// A cluster of its own: this manager looks at all namespaces, and the CRDs of cert-manager come late and old.
let cluster: Cluster
let scene: IssuerScene
let manager: IssuerManager

const config = join(import.meta.dirname, '../../config')
const issuerRef = { name: 'corp', kind: 'ExternalClusterIssuer', group: 'external-issuer.io' }
const home = 'pki-home'

beforeAll(async () => {
  cluster = await startCluster({ audit: false })
  await cluster.kubectl('apply', '--server-side', '-f', join(config, 'crd'), '-f', join(config, 'rbac'))
  await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s')
  scene = await newIssuerScene(cluster)
  const subject = `--serviceaccount=${scene.namespace}:keyferry-issuer`
  await cluster.kubectl('create', 'namespace', home)
  const { client } = connect(cluster)
  await allowInputs(client, { namespace: scene.namespace, name: 'keyferry-issuer' }, home)
  const csr = ['clusterrolebinding', 'issuer-csr', '--clusterrole=keyferry-issuer-kubernetes-csr', subject]
  await cluster.kubectl('create', ...csr)
  const args = [
    '--cluster-resource-namespace',
    home,
    '--enable-kubernetes-csr',
    '--issuer-check-interval',
    '1h',
  ]
  manager = await startIssuerManager({ cluster, token: scene.token, args })
}, 300_000)

afterAll(async () => {
  await manager[Symbol.asyncDispose]()
  await cluster.stop()
})

function clusterIssuer(name: string, spec: object = {}): object {
  const kind = 'ExternalClusterIssuer'
  const apiVersion = 'external-issuer.io/v1alpha1'
  return { apiVersion, kind, metadata: { name }, spec: { signerType: 'mockca', ...spec } }
}

/** The CRD as cert-manager before 1.20 had it: without selectable fields. */
async function applyOldCrd(): Promise<void> {
  const folder = await sourceFolder('certmanager', 'github.com/cert-manager/cert-manager')
  const file = join(folder, 'deploy/crds/cert-manager.io_certificaterequests.yaml')
  const crd = parse(await readFile(file, 'utf8')) as { spec: { versions: { selectableFields?: unknown }[] } }
  for (const version of crd.spec.versions) delete version.selectableFields
  await scene.apply(crd)
  await cluster.kubectl(
    'wait',
    '--for=condition=Established',
    'crd/certificaterequests.cert-manager.io',
    '--timeout=60s',
  )
}

test('issuers are served while cert-manager is not there, and its older CRDs work when they come', async () => {
  await scene.apply(clusterIssuer('corp'), scene.issuer('ca'))
  await scene.reason('externalclusterissuer', 'corp', 'Checked')
  await applyOldCrd()
  await scene.request('a', { issuerRef })
  await scene.request('foreign', { issuerRef: { group: 'cert-manager.io', kind: 'Issuer' } })
  const { status } = await scene.reason('certificaterequest', 'a', 'Issued', 90_000)

  expect(status?.certificate).toBeDefined()
  expect(manager.log.filter((it) => it.includes('The field selector is not known here'))).toHaveLength(1)
  expect(await manager.metricsText()).toMatch(
    /keyferry_informer_objects\{informer="certificaterequests"\} 1\n/,
  )
}, 180_000)

test('I8: a Secret in the cluster resource namespace has its issuer checked at once, though the interval is long', async () => {
  const metadata = { namespace: home, name: 'auth' }
  await scene.apply(clusterIssuer('late', { signerType: 'mockca', configRef: { name: 'conf' } }))
  await scene.reason('externalclusterissuer', 'late', 'Pending')
  await scene.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, name: 'conf' },
    data: {},
  })

  const { status } = await scene.reason('externalclusterissuer', 'late', 'Checked', 15_000)
  expect(status?.observedConfigHash).toMatch(/^[0-9a-f]{64}$/)
})

test('S2: a Secret outside the cluster resource namespaces is not read', async () => {
  await scene.apply(clusterIssuer('far', { authSecretRef: { name: 'auth', namespace: scene.namespace } }))
  const { status } = await scene.reason('externalclusterissuer', 'far', 'Failed')

  expect(status?.conditions?.find((it) => it.type === 'Ready')?.message).toContain(
    'no --cluster-resource-namespace',
  )
})

test('S4: allowedNamespaces holds by name and by label', async () => {
  const allow = (selector: object) => ({ allowedNamespaces: { names: ['none-*'], selector } })
  await scene.apply(
    clusterIssuer('open-to-us', allow({ matchLabels: { 'kubernetes.io/metadata.name': scene.namespace } })),
    clusterIssuer('closed', allow({ matchLabels: { team: 'other' } })),
  )
  await scene.request('let-in', { issuerRef: { ...issuerRef, name: 'open-to-us' } })
  await scene.request('kept-out', { issuerRef: { ...issuerRef, name: 'closed' } })

  await scene.reason('certificaterequest', 'let-in', 'Issued')
  const { status } = await scene.reason('certificaterequest', 'kept-out', 'Failed')
  expect(status?.failureTime).toBeDefined()
})

async function kubernetesRequest(
  name: string,
  signer: string,
  csrPem: string,
  signerName = `externalclusterissuers.external-issuer.io/${signer}`,
): Promise<void> {
  await scene.apply({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(csrPem).toString('base64'),
      signerName,
      usages: ['digital signature', 'server auth'],
      expirationSeconds: 7200,
    },
  })
  await cluster.kubectl('certificate', 'approve', name)
}

function csrOf(name: string): Promise<SeenObject> {
  return cluster.kubectl('get', 'csr', name, '-o', 'json').then((it) => JSON.parse(it) as SeenObject)
}

test('C1: a Kubernetes CertificateSigningRequest is signed, with nothing but the certificate in its status', async () => {
  await scene.apply(clusterIssuer('corp.example.com'))
  await kubernetesRequest('k', 'corp.example.com', await makeCsr({ dnsNames: ['k.example.com'] }))
  const signed = await eventually('it is signed', async () => {
    const seen = await csrOf('k')
    return seen.status?.certificate === undefined ? undefined : seen
  })

  const leaf = new X509Certificate(Buffer.from(signed.status?.certificate ?? '', 'base64'))
  expect(leaf.subjectAltName).toBe('DNS:k.example.com')
  expect(Date.parse(leaf.validTo) - Date.now()).toBeLessThanOrEqual(7200_000)
  expect(signed.status?.conditions?.map((it) => it.type)).toEqual(['Approved'])
})

test('C1: a signerName of the namespaced kind, of another group or of no issuer is left alone', async () => {
  const csrPem = await makeCsr({ dnsNames: ['k.example.com'] })
  const signerNames = {
    'of-namespaced': 'externalissuers.external-issuer.io/ca',
    'of-nobody': 'externalclusterissuers.external-issuer.io/nobody',
    'of-others': 'externalclusterissuers.external-issuer.example/corp.example.com',
  }
  for (const [name, signerName] of Object.entries(signerNames))
    await kubernetesRequest(name, '', csrPem, signerName)
  await kubernetesRequest('of-ours', 'corp.example.com', csrPem)
  await eventually('ours is signed', async () => (await csrOf('of-ours')).status?.certificate !== undefined)

  for (const name of Object.keys(signerNames)) {
    const { status } = await csrOf(name)
    expect([name, status?.certificate, status?.conditions?.map((it) => it.type)]).toEqual([
      name,
      undefined,
      ['Approved'],
    ])
  }
})

test('C1: what is refused for good is condition Failed', async () => {
  await scene.apply(clusterIssuer('nobody', { allowedNamespaces: {} }))
  await kubernetesRequest('refused', 'nobody', await makeCsr({ dnsNames: ['k.example.com'] }))
  const failed = await eventually('it is failed', async () => {
    const seen = await csrOf('refused')
    return seen.status?.conditions?.find((it) => it.type === 'Failed')
  })

  expect(failed).toMatchObject({ status: 'True', reason: 'SignerFailed' })
})
