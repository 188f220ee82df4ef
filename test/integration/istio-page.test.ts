import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Client } from '../../src/kube/client.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerManager, startIssuerManager } from '../manager/issuer-manager.ts'
import { type IssuerScene, newIssuerScene } from '../manager/issuer-scene.ts'
import { applyCertManagerCrds, applyGatewayCrds, startCertManager } from '../partners/cert-manager.ts'
import type { Partner } from '../partners/partner.ts'

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly secretName?: string
    readonly servers?: readonly { readonly tls: { readonly credentialName: string } }[]
  }
}

const page = await readFile(join(import.meta.dirname, '../../docs/istio.md'), 'utf8')
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
const documents = blocks.flatMap((it) => parseAllDocuments(it, { strict: true }))
const manifests = documents.map((it) => it.toJS() as Manifest).filter((it) => it.kind !== undefined)
const isIstios = ({ apiVersion }: Manifest) => apiVersion.startsWith('networking.istio.io/')

const { signal } = new AbortController()

let api: AsyncDisposable & { readonly client: Client }
let scene: IssuerScene
let certManager: Partner
let manager: IssuerManager

beforeAll(async () => {
  const cluster = sharedCluster()
  api = connect(cluster)
  await applyCertManagerCrds(cluster)
  await applyGatewayCrds(cluster)
  scene = await newIssuerScene(cluster)
  const { namespace, token } = scene
  certManager = await startCertManager(cluster, { namespace, gatewayApi: true })
  manager = await startIssuerManager({ cluster, token, args: ['--namespace', namespace] })
  await scene.apply(scene.issuer('corp-pki'))
  await scene.reason('externalissuer', 'corp-pki', 'Checked')
}, 600_000)

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await certManager?.[Symbol.asyncDispose]()
  await api?.[Symbol.asyncDispose]()
})

test('every block of docs/istio.md is YAML without errors', () => {
  expect(documents.flatMap((it) => [...it.errors, ...it.warnings])).toEqual([])
  expect(manifests.map((it) => it.kind)).toEqual(['Certificate', 'Gateway', 'Ingress', 'Gateway'])
})

test('the Gateway of Istio names the Secret of the Certificate above it', () => {
  const named = manifests.filter(isIstios).flatMap((it) => it.spec.servers ?? [])
  const written = manifests.find((it) => it.kind === 'Certificate')?.spec.secretName

  expect(named.map((it) => it.tls.credentialName)).toEqual([written])
})

test.each([
  ['Certificate', 'cert-manager.io', 'certificates', 'shop-gateway-tls'],
  ['Ingress', 'networking.k8s.io', 'ingresses', 'shop-ingress-tls'],
  ['Gateway', 'gateway.networking.k8s.io', 'gateways', 'shop-listener-tls'],
])('M22: the %s of %s ends in a Secret with key, chain and CA', async (kind, group, plural, secretName) => {
  const { namespace } = scene
  const manifest = manifests.find((it) => it.kind === kind && it.apiVersion === `${group}/v1`)
  const object = { ...manifest, metadata: { name: 'shop', ...manifest?.metadata, namespace } }
  const as = { fieldManager: 'a-user', force: true, signal }
  await api.client.apply<KubeObject>({ group, version: 'v1', kind, plural, namespaced: true }, object, as)

  const data = await eventually(`Secret ${secretName} is there`, () => dataOf(secretName), 60_000)
  const [leaf, root] = ['tls.crt', 'ca.crt'].map((key) => new X509Certificate(data.get(key) ?? ''))
  expect([...data.keys()].toSorted()).toEqual(['ca.crt', 'tls.crt', 'tls.key'])
  expect(leaf?.checkHost('shop.example.com')).toBe('shop.example.com')
  expect(root && leaf?.verify(root.publicKey)).toBe(true)
})

async function dataOf(name: string): Promise<ReadonlyMap<string, string> | undefined> {
  const of = ['-n', scene.namespace, '--ignore-not-found', '-o', 'json']
  const json = await scene.kubectl('get', 'secret', name, ...of)
  if (!json.includes('"tls.crt"')) return undefined
  const { data } = JSON.parse(json) as { data: Record<string, string> }
  return new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]))
}
