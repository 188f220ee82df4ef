import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerManager, startIssuerManager } from '../manager/issuer-manager.ts'
import { type IssuerScene, newIssuerScene } from '../manager/issuer-scene.ts'
import { applyCertManagerCrds, startCertManager } from '../partners/cert-manager.ts'

let scene: IssuerScene
let manager: IssuerManager
let certManager: Awaited<ReturnType<typeof startCertManager>>

beforeAll(async () => {
  const cluster = sharedCluster()
  await applyCertManagerCrds(cluster)
  scene = await newIssuerScene(cluster)
  const { namespace, token } = scene
  certManager = await startCertManager(cluster, { namespace, backoffSeconds: 1 })
  manager = await startIssuerManager({ cluster, token, args: ['--namespace', namespace] })
  await scene.apply(scene.issuer('ca'))
  await scene.reason('externalissuer', 'ca', 'Checked')
}, 600_000)

afterAll(async () => {
  await manager[Symbol.asyncDispose]()
  await certManager[Symbol.asyncDispose]()
})

async function secretOf(name: string): Promise<Record<'tls.crt' | 'tls.key' | 'ca.crt', string>> {
  const { namespace } = scene
  const json = await eventually(
    `Secret ${name} is there`,
    async () => {
      const text = await scene.kubectl(
        'get',
        'secret',
        name,
        '-n',
        namespace,
        '--ignore-not-found',
        '-o',
        'json',
      )
      return text.includes('"tls.crt"') ? text : undefined
    },
    30_000,
  )
  const { data } = JSON.parse(json) as { data: Record<string, string> }
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString()
  return { 'tls.crt': text('tls.crt'), 'tls.key': text('tls.key'), 'ca.crt': text('ca.crt') }
}

function certificate(name: string, spec: object): object {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { namespace: scene.namespace, name },
    spec: {
      secretName: name,
      issuerRef: { name: 'ca', kind: 'ExternalIssuer', group: 'external-issuer.io' },
      ...spec,
    },
  }
}

test.each([
  ['rsa', { algorithm: 'RSA', size: 2048 }, 'rsa'],
  ['ecdsa-256', { algorithm: 'ECDSA', size: 256 }, 'ec'],
  ['ecdsa-384', { algorithm: 'ECDSA', size: 384 }, 'ec'],
  ['ecdsa-521', { algorithm: 'ECDSA', size: 521 }, 'ec'],
  ['ed25519', { algorithm: 'Ed25519' }, 'ed25519'],
])(
  'R30: a Certificate with a key of kind %s becomes Ready through cert-manager itself',
  async (name, privateKey, type) => {
    await scene.apply(certificate(name, { dnsNames: [`${name}.example.com`], privateKey, duration: '2h' }))
    const secret = await secretOf(name)

    const leaf = new X509Certificate(secret['tls.crt'])
    expect(leaf.publicKey.asymmetricKeyType).toBe(type)
    expect(leaf.subjectAltName).toBe(`DNS:${name}.example.com`)
    expect(leaf.verify(new X509Certificate(secret['ca.crt']).publicKey)).toBe(true)
  },
)

test('R29: all kinds of names, a CA and usages come out as they were asked for', async () => {
  await scene.apply(
    certificate('names', {
      dnsNames: ['a.example.com'],
      ipAddresses: ['10.1.2.3'],
      uris: ['spiffe://corp/ns/shop'],
      emailAddresses: ['a@example.com'],
      usages: ['digital signature', 'client auth'],
    }),
    certificate('sub-ca', { commonName: 'sub', isCA: true }),
  )
  const leaf = new X509Certificate((await secretOf('names'))['tls.crt'])

  expect(leaf.subjectAltName?.split(', ').toSorted()).toEqual([
    'DNS:a.example.com',
    'IP Address:10.1.2.3',
    'URI:spiffe://corp/ns/shop',
    'email:a@example.com',
  ])
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
})

test('S25, F53: what is no CSR is Failed with failureTime, and nothing of it is shown', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  await scene.request('weak', { csrPem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) })
  const { status } = await scene.reason('certificaterequest', 'weak', 'Failed')

  expect(status?.failureTime).toMatch(/Z$/)
  expect(JSON.stringify(status)).not.toContain('BEGIN')
})
