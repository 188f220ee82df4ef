import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { issuerRules } from '../../src/issuer/rules.ts'
import { eventRules } from '../../src/runtime/events.ts'
import type { PolicyRule } from '../../src/runtime/policy-rule.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { forbiddenToIssuers, held } from '../manager/asked-rights.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { startIssuerManager } from '../manager/issuer-manager.ts'
import { pkiIssuer, vaultSide } from '../manager/issuer-pki.ts'
import { type IssuerScene, newIssuerScene } from '../manager/issuer-scene.ts'
import { startTwoIdentities } from '../manager/two-identities.ts'
import { applyCertManagerCrds, startCertManager } from '../partners/cert-manager.ts'

// Deadlines are for a machine that does much else.
vi.setConfig({ testTimeout: 180_000 })

const cluster = sharedCluster()
beforeAll(() => applyCertManagerCrds(cluster), 300_000)

test('M24: with exactly its rights the half signs, refuses and checks again, in the one process with two identities', async () => {
  const scene = await newIssuerScene(cluster)
  const { namespace } = scene
  await using _ = await startTwoIdentities(cluster, scene)
  const side = await vaultSide(await PkiAuthority.make())
  await scene.apply(...pkiIssuer(scene, 'ca', side))

  await scene.reason('externalissuer', 'ca', 'Checked', 30_000)
  await scene.request('good')
  await scene.reason('certificaterequest', 'good', 'Issued')
  side.server.state.roles.set('web', { allowedDomains: ['elsewhere.example.com'] })
  await scene.request('bad')
  await scene.reason('certificaterequest', 'bad', 'Failed')
  side.server.state.appRoles.clear()
  side.server.state.revokeAll()
  await scene.apply(...pkiIssuer(scene, 'ca', { ...side, credentials: { roleId: 'new', secretId: 'wrong' } }))
  await scene.reason('externalissuer', 'ca', 'Pending')
  side.server.state.appRoles.set('new', 'right')
  await scene.apply(...pkiIssuer(scene, 'ca', { ...side, credentials: { roleId: 'new', secretId: 'right' } }))
  await scene.reason('externalissuer', 'ca', 'Checked')
  await side.server.down()

  const refused = (await requestsOf(cluster, `${namespace}:keyferry-issuer`)).filter(
    (it) => it.status === 403,
  )
  expect(refused).toEqual([])
  const ofTheHalf = (it: { resource: string }) =>
    /certificaterequests|externalissuers|secrets|configmaps/.test(it.resource)
  expect((await requestsOf(cluster, `${namespace}:manager`)).filter(ofTheHalf)).toEqual([])
  const crossed = (await requestsOf(cluster, `${namespace}:keyferry-external-secrets`)).filter((it) =>
    /certificaterequests|externalissuers/.test(it.resource),
  )
  expect(crossed).toEqual([])
})

test('M24: everything that the seed forbids is refused, to the half and to the process', async () => {
  const scene = await newIssuerScene(cluster)
  const { namespace } = scene
  const identities = ['clusterrolebinding', `${namespace}-identities`, '--clusterrole=keyferry-identities']
  await scene.kubectl('create', ...identities, `--serviceaccount=${namespace}:manager`)

  expect(await held(cluster, `${namespace}:keyferry-issuer`, forbiddenToIssuers(namespace))).toEqual([])
  expect(
    await held(
      cluster,
      `${namespace}:manager`,
      forbiddenToIssuers(namespace).filter((it) => it.subresource !== 'token'),
    ),
  ).toEqual([])
  const token = { verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', namespace }
  const may = await held(
    cluster,
    `${namespace}:manager`,
    ['keyferry-issuer', 'default', 'keyferry-pki'].map((name) => ({ ...token, name })),
  )
  expect(may).toEqual([`create serviceaccounts/token. in ${namespace} keyferry-issuer`])
})

test('M24, M27: an issuer that is granted one Secret by name reads no key of a Certificate, and sends none', async () => {
  const scene = await newIssuerScene(cluster)
  const { namespace } = scene
  await scene.kubectl('delete', 'rolebinding', 'issuer-inputs', '-n', namespace)
  const grant = ['--resource=secrets,configmaps', '--resource-name=ca', '--verb=get', '-n', namespace]
  await scene.kubectl('create', 'role', 'ca-only', ...grant)
  const subject = `--serviceaccount=${namespace}:keyferry-issuer`
  await scene.kubectl('create', 'rolebinding', 'ca-only', '--role=ca-only', subject, '-n', namespace)
  const side = await vaultSide(await PkiAuthority.make())
  const args = ['--namespace', namespace, '--insecure-local-endpoints']
  await using stack = new AsyncDisposableStack()
  stack.use(await startIssuerManager({ cluster, token: scene.token, args }))
  stack.use(await startCertManager(cluster, { namespace, backoffSeconds: 1 }))
  const issuerRef = { name: 'ca', kind: 'ExternalIssuer', group: 'external-issuer.io' }
  const names = ['rsa', 'ecdsa']
  await scene.apply(
    ...pkiIssuer(scene, 'ca', side),
    ...names.map((name) => ({
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { namespace, name },
      spec: {
        secretName: `key-of-${name}`,
        issuerRef,
        dnsNames: [`${name}.example.com`],
        privateKey: { algorithm: name.toUpperCase() },
      },
    })),
  )
  const data = await Promise.all(names.map((name) => issued(scene, `key-of-${name}`)))
  await side.server.down()

  const sent = JSON.stringify(side.server.seen)
  for (const it of data) {
    const key = createPrivateKey(it['tls.key'])
    expect(new X509Certificate(it['tls.crt']).checkPrivateKey(key)).toBe(true)
    expect(formsOf(it['tls.key']).filter((form) => sent.includes(form))).toEqual([])
  }
  expect(sent).toContain('CERTIFICATE REQUEST')
  expect(sent).not.toContain('PRIVATE KEY')
  const asked = names.map((name) => ({
    verb: 'get',
    group: '',
    resource: 'secrets',
    namespace,
    name: `key-of-${name}`,
  }))
  expect(await held(cluster, `${namespace}:keyferry-issuer`, asked)).toEqual([])
  const read = (await requestsOf(cluster, `${namespace}:keyferry-issuer`)).filter(
    (it) => it.resource === 'secrets',
  )
  expect([...new Set(read.filter((it) => it.verb === 'get').map((it) => it.name))]).toEqual(['ca'])
})

/** A Secret as cert-manager filled it. */
function issued(scene: IssuerScene, name: string): Promise<Record<'tls.crt' | 'tls.key', string>> {
  const look = async () => {
    const text = await scene.kubectl(
      'get',
      'secret',
      name,
      '-n',
      scene.namespace,
      '--ignore-not-found',
      '-o',
      'json',
    )
    if (!text.includes('"tls.crt"')) return undefined
    const { data } = JSON.parse(text) as { data: Record<'tls.crt' | 'tls.key', string> }
    const text64 = (key: 'tls.crt' | 'tls.key') => Buffer.from(data[key], 'base64').toString()
    return { 'tls.crt': text64('tls.crt'), 'tls.key': text64('tls.key') }
  }
  return eventually(`Secret ${name} is there`, look, 45_000)
}

/** Ways in which a key might be seen: lines of its PEM, its private numbers in base64url and hex. */
function formsOf(keyPem: string): readonly string[] {
  const jwk = createPrivateKey(keyPem).export({ format: 'jwk' })
  const numbers = [jwk.d, jwk.p, jwk.q].filter((it) => it !== undefined)
  const lines = keyPem.split('\n').slice(2, -2)
  return [...lines, ...numbers, ...numbers.map((it) => Buffer.from(it, 'base64url').toString('hex'))]
}

test('M24: the shipped role is what the sources state', async () => {
  const file = join(import.meta.dirname, '../../config/rbac/keyferry-issuer.yaml')
  const { rules } = parse(await readFile(file, 'utf8')) as { rules: readonly PolicyRule[] }
  const flat = (list: readonly PolicyRule[]) =>
    list
      .flatMap((it) =>
        it.resources.flatMap((resource) => it.verbs.map((verb) => `${verb} ${it.apiGroups[0]}/${resource}`)),
      )
      .toSorted()

  expect(flat(rules)).toEqual(flat([...issuerRules, ...eventRules]))
})

/** What becomes of an issuer and its request without one right. */
const without: readonly {
  readonly right: string
  readonly issuer: boolean
  readonly request: boolean
  /** That it was issued is told. */
  readonly event: boolean
}[] = [
  { right: 'externalissuers', issuer: false, request: false, event: false },
  { right: 'externalissuers/status', issuer: false, request: false, event: false },
  { right: 'certificaterequests', issuer: true, request: false, event: false },
  { right: 'certificaterequests/status', issuer: true, request: false, event: false },
  { right: 'events', issuer: true, request: true, event: false },
]

test.concurrent.each(without)('M24: no right is idle: without $right something fails', async (expected) => {
  const scene = await newIssuerScene(cluster)
  const { namespace } = scene
  const rules = [...issuerRules, ...eventRules]
    .map((it) => ({ ...it, resources: it.resources.filter((one) => one !== expected.right) }))
    .filter((it) => it.resources.length > 0)
  const metadata = { name: `${namespace}-less` }
  await scene.kubectl('delete', 'clusterrolebinding', `${namespace}-issuer`)
  await scene.applyByKubectl({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata,
    rules,
  })
  const subject = `--serviceaccount=${namespace}:keyferry-issuer`
  await scene.kubectl(
    'create',
    'clusterrolebinding',
    metadata.name,
    `--clusterrole=${metadata.name}`,
    subject,
  )
  const args = ['--namespace', namespace]
  const starting = startIssuerManager({ cluster, token: scene.token, args, awaitSynced: false })
  await using _ = await starting
  await scene.apply(scene.issuer('ca'))
  await scene.request('a')
  if (expected.issuer) await scene.reason('externalissuer', 'ca', 'Checked')
  if (expected.request) await scene.reason('certificaterequest', 'a', 'Issued')
  await sleep(2000)

  const reasonOf = async (kind: 'externalissuer' | 'certificaterequest', name: string) =>
    (await scene.get(kind, name)).status?.conditions?.find((it) => it.type === 'Ready')?.reason
  const events = await scene.kubectl(
    'get',
    'events',
    '-n',
    namespace,
    '-o',
    'name',
    '--field-selector',
    'involvedObject.name=a,reason=Issued',
  )
  expect({
    issuer: (await reasonOf('externalissuer', 'ca')) === 'Checked',
    request: (await reasonOf('certificaterequest', 'a')) === 'Issued',
    event: events !== '',
  }).toEqual({ issuer: expected.issuer, request: expected.request, event: expected.event })
})
