import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../../src/kube/client.ts'
import type { Kind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { type CustomPki, startCustomPki } from '../fakes/pki/custom.ts'
import { customYaml } from '../fakes/pki/custom-yaml.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerScene, newIssuerScene } from '../manager/issuer-scene.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { TlsGateway, type TlsMaterial } from '../manager/tls-gateway.ts'
import { TlsLoad } from '../manager/tls-load.ts'
import { applyCertManagerCrds, startCertManager } from '../partners/cert-manager.ts'
import type { Partner } from '../partners/partner.ts'

const cluster = sharedCluster()
const serverName = 'gateway.example.com'
const renewals = 20
const { signal } = new AbortController()

const certificateKind: Kind = {
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'Certificate',
  plural: 'certificates',
  namespaced: true,
}
interface Marked {
  readonly type: string
  readonly status: string
}

type Certificate = KubeObject & {
  readonly status?: { readonly revision?: number; readonly conditions?: readonly Marked[] }
}

let api: AsyncDisposable & { readonly client: Client }
let scene: IssuerScene
let pki: CustomPki
let certManager: Partner
let manager: ManagerProcess

beforeAll(async () => {
  api = connect(cluster)
  await applyCertManagerCrds(cluster)
  scene = await newIssuerScene(cluster)
  const { namespace, token } = scene
  pki = await startCustomPki(await PkiAuthority.make())
  certManager = await startCertManager(cluster, { namespace, backoffSeconds: 1 })
  manager = await startManager(cluster, {
    token,
    args: ['--controllers', 'issuers', '--namespace', namespace],
  })
  await scene.apply(...corpPki())
  await scene.reason('externalissuer', 'corp', 'Checked', 30_000)
}, 600_000)

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await certManager?.[Symbol.asyncDispose]()
  await pki?.[Symbol.asyncDispose]()
  await api?.[Symbol.asyncDispose]()
})

test('M22, M23: a gateway under load serves a Certificate through twenty renewals, and no handshake fails', async () => {
  const { namespace } = scene
  await using gateway = await TlsGateway.start(cluster, { namespace, name: 'gateway-tls' })
  await scene.apply(certificate('gateway', 'gateway-tls'))
  const newest = () => gateway.seen.at(-1)
  await eventually('the first certificate is there', () => newest()?.isPair, 60_000)

  const load = new TlsLoad({
    port: gateway.port,
    serverName,
    caPem: () => newest()?.caPem ?? '',
    connections: 6,
  })
  for (let turn = 1; turn <= renewals; turn++) await renew('gateway', turn)
  const served = serialOf(newest())
  await eventually('the last certificate is served', () => (load.bySerial.get(served) ?? 0) > 0, 30_000)
  await load[Symbol.asyncDispose]()

  expect(load.failures).toEqual([])
  expect(load.handshakes).toBeGreaterThan(renewals)
  expect(new Set(gateway.seen.map(serialOf)).size).toBe(renewals + 1)
  expect(gateway.seen.filter((it) => !it.isPair)).toEqual([])
  expect(gateway.seen.map(chainOf)).toEqual(gateway.seen.map(() => rightChain()))
  // cert-manager may replace a request that it has just made; each one is a request of its own, and submitted once.
  expect(new Set(submitted()).size).toBe(submitted().length)
})

/** The UIDs of the requests that were handed in, once for each time. */
function submitted(): readonly unknown[] {
  return pki.seen.filter((it) => it.path === '/api/orders').map((it) => it.headers['idempotency-key'])
}

/** As `cmctl renew` does it; resolves when the Secret of the new revision is written. */
async function renew(name: string, turn: number): Promise<void> {
  const { namespace } = scene
  const condition = {
    type: 'Issuing',
    status: 'True',
    reason: 'ManuallyTriggered',
    message: 'Certificate re-issuance manually triggered',
    lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  }
  const object = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { namespace, name },
    status: { conditions: [condition] },
  }
  const as = { fieldManager: 'cmctl', force: true, subresource: 'status', signal } as const
  const isRenewed = async () => {
    const { status } = await api.client.get<Certificate>(certificateKind, { namespace, name }, { signal })
    if (status?.revision === turn + 1) return true
    // A busy cert-manager may still be ending the issuance before, and take the mark of this one with it.
    const isMarked = status?.conditions?.some((it) => it.type === 'Issuing' && it.status === 'True')
    if (isMarked !== true) await api.client.apply(certificateKind, object, as)
    return false
  }
  await eventually(`renewal ${turn} is done`, isRenewed, 60_000)
}

function corpPki(): readonly object[] {
  const { namespace } = scene
  const metadata = { namespace, name: 'corp' }
  const yaml = customYaml(pki.url, pki.authority.rootPem)
  const stringData = { clientId: 'keyferry', clientSecret: pki.state.clientSecret }
  const spec = { signerType: 'pki', configRef: { name: 'corp' }, authSecretRef: { name: 'corp' } }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'pki.yaml': yaml } },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData },
    scene.issuer('corp', spec),
  ]
}

function certificate(name: string, secretName: string): object {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { namespace: scene.namespace, name },
    spec: {
      secretName,
      dnsNames: [serverName],
      duration: '24h',
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: { name: 'corp', kind: 'ExternalIssuer', group: 'external-issuer.io' },
    },
  }
}

function serialOf(material: TlsMaterial | undefined): string {
  return new X509Certificate(material?.certificatePem ?? '').serialNumber
}

/** Who issued each certificate of `tls.crt`, and those of `ca.crt`, by common name. */
function chainOf({ certificatePem, caPem }: TlsMaterial): object {
  return { served: blocksIn(certificatePem).map(issuerOf), ca: blocksIn(caPem).map(issuerOf) }
}

/** The new certificate and the CA below the root; the root in ca.crt only. */
function rightChain(): object {
  const root = issuerOf(pki.authority.rootPem)
  return { served: [root.replace(' root', ' issuing'), root], ca: [root] }
}

function issuerOf(pem: string): string {
  return new X509Certificate(pem).issuer
}

function blocksIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}
