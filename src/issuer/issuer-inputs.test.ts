import { afterEach, beforeEach, expect, test } from 'vitest'
import { home, IssuerWorld } from '../../test/fakes/issuer/issuer-world.ts'
import { failing } from '../../test/fakes/issuer/scripted-signer.ts'
import { settle } from '../../test/fakes/manual-clock.ts'
import { externalIssuerKind } from '../api/externalissuer.ts'
import type { OpenSignerOptions } from '../signer/signer.ts'
import { Redacted } from '../std/redacted.ts'

let world: IssuerWorld

beforeEach(() => {
  world = new IssuerWorld()
})

afterEach(() => world.end())

/** The signer reads a CA that its configuration names, at every check. */
function readsItsCa(): void {
  const read = ({ ports }: OpenSignerOptions) =>
    ports.read({ kind: 'ConfigMap', name: 'pki-ca', key: 'ca.crt' }, 'tls.caBundleRef', signal)
  world.signer.onCheck = [
    async () => {
      const opened = world.signer.opened.at(-1)
      if (opened !== undefined) await read(opened)
      return { how: 'well', warnings: [] }
    },
  ]
}

const { signal } = new AbortController()

/** An issuer that was checked with its CA. */
async function startWithItsCa(): Promise<void> {
  readsItsCa()
  world.configMap('pki-ca', 'shop', { 'ca.crt': 'PEM' })
  world.issuer('ca', { configRef: { name: 'pki' } })
  world.configMap('pki')
  await world.start()
  await world.clock.pass(100)
}

test.each([
  ['ExternalIssuer', 'shop'],
  ['ExternalClusterIssuer', null],
])('I8: an %s whose CA is not there is checked as soon as it comes', async (_, namespace) => {
  readsItsCa()
  world.issuer('ca', {}, namespace)
  if (namespace === null) world.clusterIssuer('ca', { configRef: { name: 'pki' } })
  world.configMap('pki', home)
  await world.start()
  await world.clock.pass(60_000, 1000)
  expect(world.issuerReady('ca', namespace)).toBe('False Pending')
  const before = world.signer.checks

  world.configMap('pki-ca', namespace ?? home, { 'ca.crt': 'PEM' })
  await world.clock.pass(100)

  expect([world.issuerReady('ca', namespace), world.signer.checks - before]).toEqual(['True Checked', 1])
})

test('I8: an issuer is checked as soon as its CA is another one', async () => {
  await startWithItsCa()
  const before = world.signer.checks

  world.configMap('pki-ca', 'shop', { 'ca.crt': 'another PEM' })
  await world.clock.pass(100)

  expect([world.signer.checks - before, world.signer.opened.length]).toEqual([1, 2])
})

test('what another issuer reads wakes nobody else', async () => {
  await startWithItsCa()
  const before = world.signer.checks

  world.configMap('pki-ca', 'bank', { 'ca.crt': 'another PEM' })
  await world.clock.pass(100)

  expect(world.signer.checks).toBe(before)
})

test('a CA that comes after a request found the fault is taken at once', async () => {
  await startWithItsCa()
  world.signer.onSubmit = [
    failing('IssuerFault', 'its CA is another one'),
    { kind: 'issued', certificates: [] },
  ]
  world.request('a')
  await world.clock.pass(100)
  expect(world.issuerReady('ca')).toBe('False Pending')

  world.configMap('pki-ca', 'shop', { 'ca.crt': 'another PEM' })
  await world.clock.pass(100)

  expect(world.ready('a')).toBe('True Issued')
})

test('an issuer that goes while its signer is opened leaves none open', async () => {
  const opening = Promise.withResolvers<void>()
  world.signer.onOpen = () => opening.promise
  world.issuer('ca')
  await world.start()
  await world.clock.pass(100)
  world.cluster.remove(externalIssuerKind, { name: 'ca', namespace: 'shop' })
  await settle()

  opening.resolve()
  await world.clock.pass(1000)

  expect([world.signer.opened.length, world.signer.closed]).toEqual([1, 1])
})

test('what an issuer saves itself, and reads again, has it checked once more and not for ever', async () => {
  const token = { name: 'rotating', key: 'refresh-token' }
  let isLoggedIn = false
  world.signer.onOpen = async () => {
    isLoggedIn = false
  }
  world.signer.onCheck = [
    async () => {
      const ports = world.signer.opened.at(-1)?.ports
      if (!isLoggedIn) {
        await ports?.read({ kind: 'Secret', ...token }, 'refreshToken', signal)
        await ports?.save(token, new Redacted(`token ${world.signer.checks}`), signal)
      }
      isLoggedIn = true
      return { how: 'well', warnings: [] }
    },
  ]
  world.secret('rotating', 'shop', { 'refresh-token': 'dG9rZW4=' })
  world.issuer('ca', { configRef: { name: 'pki' } })
  world.configMap('pki')
  await world.start()
  await world.clock.pass(60_000, 1000)

  expect([world.issuerReady('ca'), world.signer.opened.length, world.signer.checks]).toEqual([
    'True Checked',
    1,
    2,
  ])
})

test("a configuration that changes just before a submit is gone by, and is nobody's defect", async () => {
  world.issuer('ca', { configRef: { name: 'pki' } })
  world.configMap('pki')
  await world.start()
  await world.clock.pass(100)
  const publish = world.prepare
  let changes = 0
  world.prepare = async (request) => {
    if (changes++ === 0) {
      world.configMap('pki', 'shop', { 'pki.yaml': 'b' })
      await settle()
    }
    return publish(request)
  }
  world.request('a')
  await world.clock.pass(500, 50)

  expect([world.ready('a'), world.signer.opened.length, world.signer.submits.length]).toEqual([
    'True Issued',
    2,
    1,
  ])
  expect(world.told('a')).toEqual(['Normal Issued'])
  expect(world.logged.filter((it) => it.includes('defect'))).toEqual([])
})
