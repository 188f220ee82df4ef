import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { failing, ScriptedSigner } from '../fakes/issuer/scripted-signer.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { startCustomPki } from '../fakes/pki/custom.ts'
import { customYaml } from '../fakes/pki/custom-yaml.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerManager, startIssuerManager } from '../manager/issuer-manager.ts'
import { customSide, pkiIssuer, vaultSide } from '../manager/issuer-pki.ts'
import { type IssuerScene, newIssuerScene, type SeenObject } from '../manager/issuer-scene.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

// Deadlines are for a machine that does much else.
vi.setConfig({ testTimeout: 180_000 })

const cluster = sharedCluster()
let scene: IssuerScene
let manager: IssuerManager
/** A scene of its own, whose manager permits no local addresses, as in production. */
let strict: IssuerScene
let strictManager: IssuerManager

beforeAll(async () => {
  await applyCertManagerCrds(cluster)
  const start = (of: IssuerScene, ...args: readonly string[]) =>
    startIssuerManager({ cluster, token: of.token, args: ['--namespace', of.namespace, ...args] })
  scene = await newIssuerScene(cluster)
  strict = await newIssuerScene(cluster)
  manager = await start(scene, '--insecure-local-endpoints')
  strictManager = await start(strict)
}, 300_000)

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await strictManager?.[Symbol.asyncDispose]()
})

function readyOf({ status }: SeenObject): { status: string; reason: string; message: string } {
  const found = status?.conditions?.find((it) => it.type === 'Ready')
  return found ?? { status: '', reason: '', message: '' }
}

test.concurrent('S1: a namespaced issuer that names another namespace is refused, and nothing is read there', async () => {
  const other = strict.namespace
  const refs = {
    's1-config': { configRef: { name: 'x', namespace: other } },
    's1-secret': { authSecretRef: { name: 'x', namespace: other } },
  }
  for (const [name, spec] of Object.entries(refs)) await scene.apply(scene.issuer(name, spec))
  for (const name of Object.keys(refs)) {
    const seen = await scene.reason('externalissuer', name, 'Failed')
    expect(readyOf(seen).message).toMatch(/namespace/)
  }
  const all = await requestsOf(cluster, `${scene.namespace}:keyferry-issuer`)

  expect(all.length).toBeGreaterThan(0)
  expect(all.filter((it) => it.namespace === other)).toEqual([])
})

test.concurrent('S6: an approval that is turned into a denial before the next attempt is not signed', async () => {
  const own = await newIssuerScene(cluster)
  const signer = new ScriptedSigner()
  await using _ = await startIssuerManager({
    cluster,
    token: own.token,
    args: ['--namespace', own.namespace],
    signerTypes: [signer],
    prepare: () => Promise.resolve(() => Promise.resolve({ certificatePem: 'LEAF' })),
  })
  signer.onSubmit = [failing('Unavailable', 'away', 60_000), { kind: 'issued', certificates: [] }]
  await own.apply(own.issuer('ca'))
  await own.reason('externalissuer', 'ca', 'Checked')
  await own.request('a')
  const { status } = await own.reason('certificaterequest', 'a', 'Pending')
  // The webhook of cert-manager forbids it; without it whoever may write a status can.
  const rest = (status?.conditions ?? []).filter((it) => it.type !== 'Approved')
  const denied = {
    type: 'Denied',
    status: 'True',
    reason: 'test',
    message: 'no',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }
  await own.setStatus('certificaterequest', 'a', { conditions: [...rest, denied] })
  const end = await own.reason('certificaterequest', 'a', 'Denied')

  expect(end.status?.failureTime).toMatch(/Z$/)
  expect(signer.submits).toHaveLength(1)
})

test.concurrent('S9: an issuer reaches no loopback, link-local, metadata or API server address, however it is written', async () => {
  const server = await startCustomPki(await PkiAuthority.make())
  const { port } = server
  const api = new URL(cluster.server)
  const urls = [
    ...['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '127.1', '[::1]', '[::ffff:127.0.0.1]'].map(
      (host) => `https://${host}:${port}`,
    ),
    ...['169.254.169.254', '168.63.129.16', '[fd00:ec2::254]', '[fe80::1]', '0.0.0.0'].map(
      (host) => `https://${host}`,
    ),
    'https://kubernetes.default.svc',
    `https://${api.host}`,
    'http://pki.example.com',
    'ftp://pki.example.com',
    'https://user:canary-word@pki.example.com',
    'https://pki.example.com/#fragment',
  ]
  await Promise.all(
    urls.map(async (url, index) => {
      const name = `s9-${index}`
      const credentials = { clientId: 'keyferry', clientSecret: 'custom-client-secret-canary' }
      await strict.apply(
        ...pkiIssuer(strict, name, { yaml: customYaml(url, server.authority.rootPem), credentials }),
      )
      const seen = await eventually(
        `${url} is refused`,
        async () => {
          const it = await strict.get('externalissuer', name)
          return ['Failed', 'Pending'].includes(readyOf(it).reason) ? it : undefined
        },
        45_000,
      )
      expect([url, readyOf(seen).status]).toEqual([url, 'False'])
      expect(readyOf(seen).message).toMatch(/baseURL/)
      expect(readyOf(seen).message).not.toContain('canary')
    }),
  )

  expect(server.accepted).toBe(0)
  await server.down()
})

test.concurrent('S24: a CSR beyond its size is Failed, and no PKI is asked', async () => {
  const side = await vaultSide(await PkiAuthority.make())
  await scene.apply(...pkiIssuer(scene, 's24', side))
  await scene.reason('externalissuer', 's24', 'Checked')
  const csrPem = `-----BEGIN CERTIFICATE REQUEST-----\n${'A'.repeat(70_000)}\n-----END CERTIFICATE REQUEST-----\n`
  await scene.request('s24', { issuerRef: { name: 's24' }, csrPem })
  const { status } = await scene.reason('certificaterequest', 's24', 'Failed')

  expect(status?.failureTime).toMatch(/Z$/)
  expect(side.submits()).toBe(0)
  await side.server.down()
})

test.concurrent('S25: a CA certificate comes only from an issuer that was told to give them', async () => {
  const metadata = { namespace: scene.namespace, name: 's25-ca' }
  await scene.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'mockca.yaml': 'allowCA: true' } },
    scene.issuer('s25-leaf'),
    scene.issuer('s25-ca', { configRef: { name: 's25-ca' } }),
  )
  const spec = { isCA: true, usages: ['cert sign'] }
  for (const name of ['s25-leaf', 's25-ca']) await scene.request(name, { issuerRef: { name }, spec })

  const leaf = await scene.reason('certificaterequest', 's25-leaf', 'Failed')
  const ca = await scene.reason('certificaterequest', 's25-ca', 'Issued')
  expect(leaf.status?.certificate).toBeUndefined()
  expect(new X509Certificate(Buffer.from(ca.status?.certificate ?? '', 'base64')).ca).toBe(true)
})

test.concurrent('S26: an answer that is nested without end is an answer that cannot be read', async () => {
  const side = await vaultSide(await PkiAuthority.make())
  const body = '['.repeat(500_000)
  side.server.faults.add({ kind: 'status', status: 200, body, path: side.submitPath, times: 1 })
  await scene.apply(...pkiIssuer(scene, 's26', side))
  await scene.reason('externalissuer', 's26', 'Checked')
  await scene.request('s26', { issuerRef: { name: 's26' } })

  const { status } = await scene.reason('certificaterequest', 's26', 'Pending')
  expect(status?.certificate).toBeUndefined()
  await scene.reason('certificaterequest', 's26', 'Issued')
  await side.server.down()
})

test.concurrent('S27: verification that is off is told loudly, and is off for that issuer alone', async () => {
  const side = await customSide(await PkiAuthority.make())
  await side.server.show('unknown-ca')
  const blind = side.yaml.replace('tls:\n', 'tls:\n  insecureSkipVerify: true\n')
  await scene.apply(...pkiIssuer(scene, 's27-blind', { ...side, yaml: blind }))
  await scene.apply(...pkiIssuer(scene, 's27-seeing', side))
  const { status } = await scene.reason('externalissuer', 's27-blind', 'Checked')
  const seeing = await scene.reason('externalissuer', 's27-seeing', 'Pending')

  expect(status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Warning', status: 'True', reason: 'TLSVerificationOff' }),
  )
  expect(readyOf(seeing).message).toMatch(/unknown CA|self-signed|names/)
  expect(await manager.metricsText()).toContain(
    `keyferry_issuer_warning{issuer="ExternalIssuer/${scene.namespace}/s27-blind",reason="TLSVerificationOff"} 1`,
  )
  const about = ['--field-selector', 'involvedObject.name=s27-blind,reason=TLSVerificationOff,type=Warning']
  const isTold = () => scene.kubectl('get', 'events', '-n', scene.namespace, '-o', 'name', ...about)
  expect(await eventually('an Event tells', isTold, 45_000)).toContain('event/')
  await side.server.down()
})

test.concurrent('S28: a client key comes from a Secret of the namespace, and the old one is dropped when it changes', async () => {
  const authority = await PkiAuthority.make()
  const server = await startCustomPki(authority, 'required')
  const yaml = customYaml(server.url, authority.rootPem).replace(
    'tls:\n',
    'tls:\n  clientCertificate: {secretName: s28-client}\n',
  )
  const client = async (by: PkiAuthority) => {
    const { certificatePem, privateKeyPem } = await by.client()
    const metadata = { namespace: scene.namespace, name: 's28-client' }
    const stringData = { 'tls.crt': certificatePem, 'tls.key': privateKeyPem }
    await scene.apply({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', stringData })
    return privateKeyPem
  }
  const first = await client(authority)
  const credentials = { clientId: 'keyferry', clientSecret: server.state.clientSecret }
  await scene.apply(...pkiIssuer(scene, 's28', { yaml, credentials }))
  await scene.reason('externalissuer', 's28', 'Checked')
  const second = await client(await PkiAuthority.make('a stranger'))
  // Checks look at what the signer itself read, too; this wakes one.
  await scene.apply(...pkiIssuer(scene, 's28', { yaml: `${yaml}retryWindow: 2h\n`, credentials }))
  await scene.reason('externalissuer', 's28', 'Pending')
  const { length } = server.seen
  await scene.request('s28', { issuerRef: { name: 's28' } })
  await scene.reason('certificaterequest', 's28', 'Pending')

  expect(server.seen).toHaveLength(length)
  const logged = manager.log.join('')
  for (const key of [first, second]) expect(logged).not.toContain(key.split('\n')[1])
  await server.down()
})

test.concurrent('S29: a mock CA says that it is no CA to trust, and its key is nowhere to be seen', async () => {
  await scene.apply(scene.issuer('s29'))
  const issuer = await scene.reason('externalissuer', 's29', 'Checked')
  await scene.request('s29', { issuerRef: { name: 's29' } })
  const request = await scene.reason('certificaterequest', 's29', 'Issued')

  expect(readyOf(issuer).message).toMatch(/test/)
  const all = await scene.kubectl('get', 'secrets', '-n', scene.namespace, '-o', 'name')
  const shown = [JSON.stringify([issuer, request]), manager.log.join(''), await manager.metricsText()].join(
    '',
  )
  expect(shown).not.toMatch(/PRIVATE KEY/)
  expect(all.split('\n')).not.toContain('secret/s29')
})

test.concurrent('S29: a private key in place of a CSR goes nowhere', async () => {
  const side = await vaultSide(await PkiAuthority.make())
  await scene.apply(...pkiIssuer(scene, 's29-key', side))
  await scene.reason('externalissuer', 's29-key', 'Checked')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keyPem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await scene.request('s29-key', { issuerRef: { name: 's29-key' }, csrPem: keyPem })
  const { status } = await scene.reason('certificaterequest', 's29-key', 'Failed')

  const body = keyPem.split('\n')[1] ?? ''
  expect(side.submits()).toBe(0)
  expect(JSON.stringify([status, side.server.seen, manager.log])).not.toContain(body)
  await side.server.down()
})
