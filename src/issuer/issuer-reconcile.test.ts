import { afterEach, beforeEach, expect, test } from 'vitest'
import { home, IssuerWorld } from '../../test/fakes/issuer/issuer-world.ts'
import { failing } from '../../test/fakes/issuer/scripted-signer.ts'
import { settle } from '../../test/fakes/manual-clock.ts'
import { externalIssuerKind } from '../api/externalissuer.ts'
import { configMapKind, secretKind } from '../kube/kind.ts'
import type { Checked } from '../signer/signer.ts'

let world: IssuerWorld

beforeEach(() => {
  world = new IssuerWorld()
})

afterEach(() => world.end())

const well: Checked = { how: 'its health check answered', warnings: [] }
const configured = { configRef: { name: 'conf' }, authSecretRef: { name: 'auth' } }

test('I1: the first sight of an issuer is Ready=Unknown/Initializing', async () => {
  let seen = ''
  world.signer.onOpen = async () => {
    seen = world.issuerReady('ca')
  }
  world.issuer('ca')
  await world.start()

  expect(seen).toBe('Unknown Initializing')
})

test('I2: a check that passes makes it True/Checked, with generation, hash, time and how it was checked', async () => {
  world.configMap('conf')
  world.secret('auth')
  world.issuer('ca', configured)
  await world.start()

  const { conditions, ...status } = world.issuerStatus('ca')
  expect(conditions).toEqual([
    expect.objectContaining({ type: 'Ready', status: 'True', reason: 'Checked', observedGeneration: 1 }),
  ])
  expect(status).toEqual({
    observedGeneration: 1,
    observedConfigHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    lastCheckTime: '2026-01-01T00:00:00Z',
    checkedBy: 'its health check answered',
  })
  expect(world.told('ca')).toEqual(['Normal Checked'])
})

test('I3, I5: a failure that may pass is False/Pending, is tried with growing delays, and recovers', async () => {
  world.signer.onCheck = [failing('Unavailable', 'away'), failing('Unavailable', 'away'), well]
  world.issuer('ca')
  await world.start()
  expect(world.issuerReady('ca')).toBe('False Pending')
  expect(world.issuerReady('ca', 'shop', 'Reconciling')).toBe('True Pending')
  await world.clock.pass(7000, 100)
  expect([world.signer.checks, world.issuerReady('ca')]).toEqual([2, 'False Pending'])
  await world.clock.pass(13_000, 100)

  expect(world.issuerReady('ca')).toBe('True Checked')
})

test('I4: what is wrong for good is False/Failed, and not checked again until generation or configuration changes', async () => {
  world.configMap('conf')
  world.signer.onCheck = [failing('InvalidConfig', 'pki.yaml: submit.path is missing'), well]
  world.issuer('ca', { configRef: { name: 'conf' } })
  await world.start()
  await world.clock.pass(1_800_000, 10_000)
  expect([world.issuerReady('ca'), world.signer.checks]).toEqual(['False Failed', 1])
  expect(world.issuerReady('ca', 'shop', 'Stalled')).toBe('True Failed')
  expect(world.issuerStatus('ca').conditions[0]?.message).toBe('pki.yaml: submit.path is missing')
  world.configMap('conf', 'shop', { 'pki.yaml': 'b' })
  await world.clock.pass(400_000, 10_000)

  expect([world.issuerReady('ca'), world.signer.checks >= 2]).toEqual(['True Checked', true])
})

test('I4: a new generation is checked at once', async () => {
  world.signer.onCheck = [failing('InvalidConfig', 'wrong'), well]
  world.issuer('ca')
  await world.start()
  world.issuer('ca')
  await settle()

  expect(world.issuerReady('ca')).toBe('True Checked')
})

test('I7: an issuer that is ready is checked again every interval, and what it finds shows', async () => {
  world.issuer('ca')
  await world.start()
  await world.clock.pass(900_000, 10_000)
  expect(world.signer.checks).toBe(4)
  world.signer.onCheck = [failing('Unavailable', 'away')]
  await world.clock.pass(300_000, 10_000)

  expect(world.issuerReady('ca')).toBe('False Pending')
})

test('I7: checks that find nothing new are written at most every ten minutes', async () => {
  world.issuer('ca')
  await world.start()
  const writes = world.writes('externalissuers')
  await world.clock.pass(3_600_000, 10_000)

  expect(world.writes('externalissuers') - writes).toBeLessThanOrEqual(6)
})

test.each([
  ['Secret', () => world.secret('auth', home, { token: 'bmV3' })],
  ['ConfigMap', () => world.configMap('conf', home, { 'pki.yaml': 'b' })],
])(
  'I8: a %s that changes has a cluster issuer checked at once, with a signer opened anew',
  async (_, change) => {
    world.configMap('conf', home)
    world.secret('auth', home)
    world.clusterIssuer('ca', configured)
    await world.start()
    const { observedConfigHash } = world.issuerStatus('ca', null)
    change()
    await settle()

    expect([world.signer.checks, world.signer.opened.length, world.signer.closed]).toEqual([2, 2, 1])
    expect(world.issuerStatus('ca', null)['observedConfigHash']).not.toBe(observedConfigHash)
  },
)

test('I8: a Secret that comes late makes the issuer ready', async () => {
  world.clusterIssuer('ca', { authSecretRef: { name: 'auth' } })
  await world.start()
  const [ready] = world.issuerStatus('ca', null).conditions
  expect([ready?.reason, ready?.message]).toEqual([
    'Pending',
    'Cannot read spec.authSecretRef: there is no Secret pki/auth',
  ])
  world.secret('auth', home)
  await settle()

  expect(world.issuerReady('ca', null)).toBe('True Checked')
})

test('nothing of a Secret is in the hash but its UID and version', async () => {
  world.secret('auth', home, { token: 'b25l' })
  world.clusterIssuer('ca', { authSecretRef: { name: 'auth' } })
  await world.start()
  const first = world.issuerStatus('ca', null)['observedConfigHash']
  const other = new IssuerWorld()
  other.secret('auth', home, { token: 'dHdv' })
  other.clusterIssuer('ca', { authSecretRef: { name: 'auth' } })
  await other.start()

  expect(other.issuerStatus('ca', null)['observedConfigHash']).toBe(first)
  await other.end()
})

test('what the signer itself reads belongs to the configuration: a changed CA bundle opens it anew', async () => {
  world.configMap('ca-bundle', 'shop', { 'ca.crt': 'one' })
  const read: string[] = []
  world.signer.onOpen = async ({ ports }) => {
    const ref = { kind: 'ConfigMap', name: 'ca-bundle', key: 'ca.crt' } as const
    const bytes = await ports.read(ref, 'pki.yaml: tls.caBundleRef', new AbortController().signal)
    read.push(Buffer.from(bytes.reveal()).toString())
  }
  world.issuer('ca')
  await world.start()
  world.configMap('ca-bundle', 'shop', { 'ca.crt': 'two' })
  await world.clock.pass(300_000, 10_000)

  expect(read).toEqual(['one', 'two'])
})

test('a token that the signer saves itself does not open it anew', async () => {
  world.secret('auth', home, { refresh: 'b25l' })
  const save = async (): Promise<void> => {
    const { Redacted } = await import('../std/redacted.ts')
    const { signal } = new AbortController()
    await world.signer.opened[0]?.ports.save({ name: 'auth', key: 'refresh' }, new Redacted('two'), signal)
  }
  world.clusterIssuer('ca', { authSecretRef: { name: 'auth' } })
  await world.start()
  await save()
  await world.clock.pass(1_000_000, 10_000)

  expect(world.cluster.get(secretKind, { name: 'auth', namespace: home })?.data).toEqual({ refresh: 'dHdv' })
  expect(world.signer.opened).toHaveLength(1)
  world.secret('auth', home, { refresh: 'dGhyZWU=' })
  await settle()
  expect(world.signer.opened).toHaveLength(2)
})

test('S1: the namespaced kind refuses another namespace, and reads nothing there', async () => {
  world.secret('auth', 'bank')
  world.issuer('ca', { authSecretRef: { name: 'auth', namespace: 'bank' } })
  await world.start()

  expect(world.issuerReady('ca')).toBe('False Failed')
  expect(world.issuerStatus('ca').conditions[0]?.message).toContain('may only use its own namespace "shop"')
  expect(world.cluster.count('find secrets')).toBe(0)
})

test('S2: the cluster kind reads only the namespaces that the operator was given for it', async () => {
  world.secret('auth', 'shop')
  world.clusterIssuer('ca', { authSecretRef: { name: 'auth', namespace: 'shop' } })
  await world.start()

  expect(world.issuerReady('ca', null)).toBe('False Failed')
  expect(world.cluster.count('find secrets')).toBe(0)
})

test('S5: the rules of the CRD hold in the controller, too', async () => {
  world.issuer('a', { signerType: 'vault' })
  world.issuer('b', { signerType: 'pki' })
  world.issuer('c', { allowedNamespaces: {} })
  world.issuer('d', { signerType: 7 })
  await world.start()

  expect(['a', 'b', 'c', 'd'].map((it) => world.issuerReady(it))).toEqual(Array(4).fill('False Failed'))
})

test('warnings of a check become a condition, one Event and a metric, and go when they do', async () => {
  const warned = { ...well, warnings: [{ reason: 'TLSVerificationOff', message: 'TLS is not verified' }] }
  world.signer.onCheck = [warned, warned, well]
  world.issuer('ca')
  await world.start()
  await world.clock.pass(300_000, 10_000)
  expect(world.issuerReady('ca', 'shop', 'Warning')).toBe('True TLSVerificationOff')
  expect(world.told('ca').filter((it) => it === 'Warning TLSVerificationOff')).toHaveLength(1)
  expect(await world.metricsText()).toContain(
    'keyferry_issuer_warning{issuer="ExternalIssuer/shop/ca",reason="TLSVerificationOff"} 1',
  )
  await world.clock.pass(300_000, 10_000)

  expect(world.issuerReady('ca', 'shop', 'Warning')).toBe('')
  expect(await world.metricsText()).not.toContain('TLSVerificationOff')
})

test('the fingerprint of a CA that the signer holds is shown, and given back to it after a restart', async () => {
  world.signer.onCheck = [{ ...well, caFingerprint: 'ab:cd' }]
  world.issuer('ca')
  await world.start()
  expect(world.issuerStatus('ca')['caFingerprint']).toBe('ab:cd')
  await world.crash()
  await world.start()

  expect(world.signer.opened.map((it) => it.previousFingerprint)).toEqual([undefined, 'ab:cd'])
})

test('the signer of an issuer that goes is closed', async () => {
  world.issuer('ca')
  await world.start()
  world.cluster.remove(externalIssuerKind, { name: 'ca', namespace: 'shop' })
  await settle()

  expect(world.signer.closed).toBe(1)
})

test('a ConfigMap that went makes the issuer Pending, and names it', async () => {
  world.configMap('conf')
  world.issuer('ca', { configRef: { name: 'conf' } })
  await world.start()
  world.cluster.remove(configMapKind, { name: 'conf', namespace: 'shop' })
  await world.clock.pass(300_000, 10_000)

  expect(world.issuerReady('ca')).toBe('False Pending')
  expect(world.issuerStatus('ca').conditions[0]?.message).toContain('there is no ConfigMap shop/conf')
})
