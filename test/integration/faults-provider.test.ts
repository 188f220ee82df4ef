import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretStoreKind } from '../../src/api/secretstore.ts'
import { configMapKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { type Authority, makeAuthority } from '../fakes/akeyless/authority.ts'
import type { Fault } from '../fakes/akeyless/faults.ts'
import type { AkeylessStandIn, ServingCertificate } from '../fakes/akeyless/stand-in.ts'
import { type LoopbackServer, startLoopbackServer } from '../fakes/loopback-server.ts'
import { type ConnectProxy, startConnectProxy } from '../fakes/proxy/connect-proxy.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import {
  canaryOf,
  conditionOf,
  dataIn,
  followSteady,
  newPlace,
  type Place,
  type Played,
  play,
  refresh,
  type Scene,
  type Stage,
} from '../manager/provider-faults.ts'
import { newRoom } from '../manager/room.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const { signal } = new AbortController()
const inBody = canaryOf('body')
const proxyPassword = canaryOf('password')

let bundle: Bundle
let world: World
let connection: ReturnType<typeof connect>
let stage: Stage
let manager: ManagerProcess
let authority: Authority
let proxyAuthority: Authority
let proxy: ConnectProxy
let elsewhere: LoopbackServer
let certificates: {
  good: ServingCertificate
  expired: ServingCertificate
  other: ServingCertificate
  proxied: ServingCertificate
}
const gateways: AkeylessStandIn[] = []
const played = new Map<string, Promise<Played>>()
let steady: Promise<readonly number[]>

/** An answer to reads of the item, and to nothing else. */
function answering(fault: Fault): Scene['begin'] {
  return ({ akeyless, item }) => {
    const set = akeyless.state.fault({ path: '/get-secret-value', name: item, ...fault })
    return () => set.remove()
  }
}

const raw = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
  answering({ kind: 'raw', body, headers })

/** Values by the item's name, whatever it is. */
const valued =
  (value: string): Scene['begin'] =>
  (place) =>
    raw(`{${JSON.stringify(place.item)}:${value}}`)(place)

/** Another certificate for the connections from now on. */
function serving(which: () => ServingCertificate): Scene['begin'] {
  return async ({ akeyless }) => {
    akeyless.setCertificate(which())
    await cut(akeyless)
    return () => akeyless.setCertificate(certificates.good)
  }
}

async function cut(akeyless: AkeylessStandIn): Promise<void> {
  await akeyless.down()
  await akeyless.up()
}

/** Redirects logins, which carry the JWT. */
function redirectingLogins(status: 302 | 307 | 308, location: () => string): Scene['begin'] {
  return ({ akeyless }) => {
    akeyless.state.revokeTokens()
    const set = akeyless.state.fault({ kind: 'redirect', status, location: location(), path: '/auth' })
    return () => set.remove()
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
const tls = {
  gateway: () => ({ tls: certificates.good }),
  store: () => ({ caBundle: base64(authority.caPem) }),
}
const notUnderstood = 'UnexpectedResponse'

const scenes: readonly Scene[] = [
  {
    row: 'F35',
    name: 'drip',
    reason: 'GatewayUnreachable',
    says: /no answer in time \(ETIMEDOUT\); check/,
    begin: answering({ kind: 'drip' }),
  },
  {
    row: 'F36',
    name: 'cut-length',
    reason: notUnderstood,
    says: /cut short/,
    begin: answering({ kind: 'truncated' }),
  },
  {
    row: 'F36',
    name: 'cut-chunks',
    reason: notUnderstood,
    says: /cut short/,
    begin: answering({ kind: 'truncated', chunked: true }),
  },
  {
    row: 'F37',
    name: 'huge',
    reason: notUnderstood,
    says: /the body is over 0\.5 MiB/,
    begin: answering({ kind: 'huge', bytes: 256e6 }),
  },
  {
    row: 'F37',
    name: 'gzip-bomb',
    reason: notUnderstood,
    says: /compressed/,
    begin: answering({ kind: 'gzipBomb', bytes: 64e6 }),
  },
  {
    row: 'F37',
    name: 'gzip-in-gzip',
    reason: notUnderstood,
    says: /compressed/,
    begin: raw(gzipSync(gzipSync(inBody)), { 'content-encoding': 'gzip, gzip' }),
  },
  {
    row: 'F38',
    name: 'web-page',
    reason: notUnderstood,
    says: /text\/html, not JSON/,
    begin: raw(`<html>${inBody}</html>`, { 'content-type': 'text/html' }),
  },
  {
    row: 'F38',
    name: 'malformed',
    reason: notUnderstood,
    says: /not whole JSON/,
    begin: raw(`{"${inBody}":`),
  },
  {
    row: 'F38',
    name: 'byte-order-mark',
    reason: notUnderstood,
    says: /not whole JSON/,
    begin: raw(`\uFEFF{"${inBody}":1}`),
  },
  {
    row: 'F38',
    name: 'no-utf-8',
    reason: notUnderstood,
    says: /not UTF-8/,
    begin: raw(Buffer.from(`{"${inBody}":"\xff"}`, 'latin1')),
  },
  {
    row: 'F38',
    name: 'nul',
    reason: notUnderstood,
    says: /not whole JSON/,
    begin: raw(`{"${inBody}":"\0"}`),
  },
  {
    row: 'F38',
    name: 'too-deep',
    reason: notUnderstood,
    says: /nested too deep/,
    begin: valued(`${'['.repeat(1e5)}${']'.repeat(1e5)}`),
  },
  {
    row: 'F39',
    name: 'no-value',
    reason: notUnderstood,
    says: /does not hold this item/,
    begin: raw(`{"${inBody}":"x"}`),
  },
  {
    row: 'F39',
    name: 'null-value',
    reason: notUnderstood,
    says: /does not hold this item/,
    begin: valued('null'),
  },
  {
    row: 'F39',
    name: 'number-value',
    reason: notUnderstood,
    says: /a number and no text/,
    begin: valued('1'),
  },
  {
    row: 'F39',
    name: 'empty-value',
    reason: notUnderstood,
    says: /its value is empty; give the item a value/,
    begin: valued('""'),
  },
  {
    row: 'F41',
    name: 'deleted-item',
    reason: 'NotFound',
    says: /no such item or version, check the path/,
    begin: ({ akeyless, item }) => {
      akeyless.state.deleteItem(item)
      return () => akeyless.state.secret(item, { value: canaryOf('anew') })
    },
  },
  {
    row: 'F41',
    name: 'deleted-or-denied',
    reason: 'AccessDenied',
    says: /status is 401; give the role of access id "p-app" read on this path/,
    begin: ({ akeyless, item }) => {
      akeyless.state.deleteItem(item)
      // As a role whose sub-claims do not match is answered: the text says "does not exist", the status does not.
      const text = `item ${item} does not exist`
      const set = akeyless.state.fault({ kind: 'status', status: 401, text, name: item })
      return () => {
        set.remove()
        akeyless.state.secret(item, { value: canaryOf('anew') })
      }
    },
  },
  {
    row: 'F45',
    name: 'no-login',
    reason: 'GatewayUnreachable',
    says: /Cannot log in as access id "p-app".*status is 503; look at the log of the Gateway/,
    begin: ({ akeyless }) => {
      const set = akeyless.state.fault({ kind: 'status', status: 503, text: inBody, path: '/auth' })
      akeyless.state.revokeTokens()
      return () => set.remove()
    },
  },
  {
    row: 'F47',
    name: 'no-such-name',
    reason: 'DNSFailure',
    says: /gateway\.does-not-exist\.invalid.*; check the (host name|DNS of the cluster) \(E/,
    begin: async (place) => {
      await place.restore({ akeylessGWApiURL: 'https://gateway.does-not-exist.invalid' })
      return () => place.restore({})
    },
  },
  {
    row: 'F48',
    name: 'expired-certificate',
    reason: 'TLSFailure',
    says: /has expired; renew it there/,
    ...tls,
    begin: serving(() => certificates.expired),
  },
  {
    row: 'F48',
    name: 'certificate-of-another',
    reason: 'TLSFailure',
    says: /for another host name; use a name that the certificate holds/,
    ...tls,
    begin: serving(() => certificates.other),
  },
  {
    row: 'F48',
    name: 'changed-ca',
    reason: 'TLSFailure',
    says: /unknown CA; set caBundle or caProvider/,
    gateway: tls.gateway,
    store: () => ({ caProvider: { type: 'ConfigMap', name: 'gateways', key: 'ca.crt' } }),
    begin: async () => {
      await caConfigMap(proxyAuthority.caPem)
      await eventually('the store has heard of it', () => isStoreFailing('changed-ca'), 60_000)
      return () => caConfigMap(authority.caPem)
    },
  },
  {
    row: 'F49',
    name: 'redirected-read',
    reason: notUnderstood,
    says: /it redirects \(status 307\), which is not followed/,
    begin: (place) => answering({ kind: 'redirect', status: 307, location: `${elsewhere.url}/get` })(place),
  },
  {
    row: 'F49',
    name: 'redirected-login',
    reason: notUnderstood,
    says: /it redirects \(status 308\)/,
    begin: redirectingLogins(308, () => `${elsewhere.url}/auth`),
  },
  {
    row: 'F49',
    name: 'redirected-with-password',
    reason: notUnderstood,
    says: /it redirects \(status 302\)/,
    begin: redirectingLogins(302, () => elsewhere.url.replace('://', `://user:${inBody}@`)),
  },
  {
    row: 'F50',
    name: 'proxy-407',
    reason: 'GatewayUnreachable',
    says: /by proxy "localhost:\d+": status is 407; the proxy wants credentials; write them into HTTPS_PROXY/,
    gateway: () => ({ tls: certificates.proxied }),
    store: ({ port }) => ({
      akeylessGWApiURL: `https://gateway.example.com:${port}`,
      caBundle: base64(authority.caPem),
    }),
    begin: async ({ akeyless }) => {
      const { credentials } = proxy
      proxy.credentials = 'another'
      await cut(akeyless)
      return () => {
        proxy.credentials = credentials
      }
    },
  },
]

beforeAll(async () => {
  ;[bundle, world, authority, proxyAuthority, elsewhere] = await Promise.all([
    buildBundle(),
    newWorld(cluster),
    makeAuthority(),
    makeAuthority(),
    startLoopbackServer(),
  ])
  const [good, expired, other, proxied] = await Promise.all([
    authority.issue(),
    authority.issue({ expired: true }),
    authority.issue({ names: ['DNS:other.example.com'] }),
    authority.issue({ names: ['DNS:gateway.example.com'] }),
  ])
  certificates = { good, expired, other, proxied }
  proxy = await startConnectProxy(await proxyAuthority.issue())
  proxy.credentials = `Basic ${Buffer.from(`user:${proxyPassword}`).toString('base64')}`
  connection = connect(cluster)
  stage = { client: connection.client, world, room: await newRoom(connection.client, world, 'faults') }
  await caConfigMap(authority.caPem)
  manager = await startManager(cluster, {
    token: world.managerToken,
    entry: bundle.entry,
    args: ['--controller-class', world.controllerClass],
    env: {
      HTTPS_PROXY: `https://user:${proxyPassword}@localhost:${proxy.port}`,
      NO_PROXY: '127.0.0.1,.invalid',
      NODE_EXTRA_CA_CERTS: proxyAuthority.caFile,
    },
  })
  // All at once: every fault is the others' bad neighbour.
  for (const scene of scenes) {
    const playing = play(stage, scene, gateways)
    playing.catch(() => {})
    played.set(scene.name, playing)
  }
  steady = followSteady(stage, Promise.allSettled(played.values()), gateways)
  steady.catch(() => {})
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  for (const it of gateways) await it.stop()
  await connection?.[Symbol.asyncDispose]()
  for (const it of [elsewhere, proxy, authority, proxyAuthority, world, bundle])
    await it?.[Symbol.asyncDispose]()
})

async function isStoreFailing(name: string): Promise<boolean> {
  const store = await stage.room.find(secretStoreKind, name)
  return store?.status?.conditions?.some((it) => it.reason === 'TLSFailure') === true
}

async function caConfigMap(pem: string): Promise<void> {
  const metadata = { namespace: stage.room.namespace, name: 'gateways' }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': pem } }
  await stage.client.apply<KubeObject>(configMapKind, object, { fieldManager: 'a-user', force: true, signal })
}

const userMustAct = new Set(['NotFound', 'AccessDenied'])

test.each(scenes)(
  '$row $name is $reason, says what to do, keeps the last good Secret and heals by itself',
  async ({ name, reason, says }) => {
    const { before, during, after, failed, readyWhileFailing } = (await played.get(name)) ?? never(name)

    expect(failed.message).toMatch(/^Cannot /)
    expect(failed.message).toMatch(says)
    expect(during).toEqual(before)
    expect(readyWhileFailing).toMatchObject({ status: userMustAct.has(reason) ? 'False' : 'True' })
    expect(Object.keys(after)).toEqual(['value'])
    expect(after['value']).toMatch(/^canary-a(fter|new)-/)
  },
  150_000,
)

function never(name: string): never {
  throw new Error(`${name} is not played`)
}

test('a store without a fault follows its item within 5 s all the while', async () => {
  const took = await steady
  console.log(JSON.stringify({ steady: { rounds: took.length, slowestMs: Math.round(Math.max(...took)) } }))

  expect(took.length).toBeGreaterThan(5)
  // The promise, three times.
  expect(Math.max(...took)).toBeLessThan(3 * 5000)
}, 150_000)

test('F49 nothing was sent to where the redirects point', async () => {
  await Promise.allSettled(played.values())

  expect(elsewhere.accepted).toBe(0)
})

const names = Array.from({ length: 10 }, (_, index) => index)

/** A store with ten ExternalSecrets, all in sync. */
async function crowd(
  prefix: string,
  guesses: object = {},
): Promise<{ place: Place; members: readonly string[] }> {
  const members = [prefix, ...names.slice(1).map((index) => `${prefix}-${index}`)]
  const place = await newPlace(stage, prefix, { names: members })
  gateways.push(place.akeyless)
  place.akeyless.state.guesses = { ...place.akeyless.state.guesses, ...guesses }
  return { place, members }
}

/** Gives all of them new values and has them read; resolves when the values have arrived. */
async function renew({ akeyless }: Place, members: readonly string[]): Promise<void> {
  const { client, room } = stage
  const values = new Map(members.map((it) => [it, canaryOf(it)]))
  for (const [name, value] of values) akeyless.state.putSecret(room.item(name), value)
  await Promise.all(members.map((it) => refresh(room, it)))
  for (const [name, value] of values) {
    await eventually(
      `${name} has its new value`,
      async () => (await dataIn(client, room, name))['value'] === value,
      30_000,
    )
  }
}

describe('what happens to a token', () => {
  test.each([
    ['F42', 'revoked', 401],
    ['F43', 'expired', 403],
  ] as const)(
    '%s: one that is %s (%i) costs ten readers one login and one replay each, and shows nowhere',
    async (row, _word, invalidTokenStatus) => {
      const { place, members } = await crowd(row.toLowerCase(), { invalidTokenStatus })
      const { calls, state } = place.akeyless
      const before = { auth: calls.count('/auth'), reads: calls.count('/get-secret-value') }
      const warned = await warningsOf(members)

      state.revokeTokens()
      await renew(place, members)

      expect(calls.count('/auth') - before.auth).toBe(1)
      expect(calls.count('/get-secret-value') - before.reads).toBeLessThanOrEqual(2 * members.length)
      for (const it of members) expect((await conditionOf(stage.room, it, 'Ready'))?.reason).toBe('Synced')
      expect(await warningsOf(members)).toEqual(warned)
    },
  )

  test('F45: one that is cached serves on while there is no login to be had', async () => {
    const { place, members } = await crowd('f45')
    const warned = await warningsOf(members)
    place.akeyless.state.fault({ kind: 'status', status: 503, text: inBody, path: '/auth' })

    await renew(place, members)

    expect(await warningsOf(members)).toEqual(warned)
  })
})

test('F44: a permission that is taken for one path degrades its reader alone, without a storm of logins', async () => {
  const { place, members } = await crowd('f44')
  const [denied = '', ...others] = members
  const { calls, state } = place.akeyless
  const kept = await place.secret()
  const allow = state.denyPath('p-app', place.item)
  const before = { auth: calls.count('/auth'), looks: calls.count('/validate-token') }
  const warned = await warningsOf(others)

  await place.refresh()
  await eventually('one is denied', async () => (await place.condition('Ready'))?.reason === 'AccessDenied')
  // Longer than the first pause, so that it is asked again.
  const asked = () => calls.count('/get-secret-value') + calls.count('/describe-item')
  const askedBefore = asked()
  await eventually('it is asked again', () => asked() > askedBefore, 15_000)
  await renew(place, others)

  expect(calls.count('/auth')).toBe(before.auth)
  expect(calls.count('/validate-token') - before.looks).toBeLessThanOrEqual(4)
  expect(await place.secret()).toEqual(kept)
  expect(await warningsOf(others)).toEqual(warned)
  allow()
  await eventually('it heals', () => stage.room.isSynced(denied), 60_000)
}, 120_000)

async function warningsOf(members: readonly string[]): Promise<readonly string[]> {
  const { namespace } = stage.room
  const line = '{.type} {.regarding.name} {.reason}'
  const format = `jsonpath={range .items[*]}${line}{"\\n"}{end}`
  const text = await world.kubectl('-n', namespace, 'get', 'events.events.k8s.io', '-o', format)
  return text.split('\n').filter((it) => it.startsWith('Warning') && members.includes(it.split(' ')[1] ?? ''))
}

test('no body, value, password or token was shown anywhere, and nothing broke', async () => {
  await Promise.allSettled([...played.values(), steady])
  const run = (...args: string[]) => world.kubectl('-n', stage.room.namespace, 'get', ...args, '-o', 'yaml')
  const shown = [
    await readFile(manager.logFile, 'utf8'),
    await manager.metricsText(),
    await run('events.events.k8s.io'),
    await run('externalsecrets,secretstores'),
  ].join('\n')

  expect(/canary-[a-z0-9-]+/.exec(shown)?.[0]).toBeUndefined()
  expect(/eyJ[\w-]{10,}\.eyJ|\bt-[0-9a-f]{16,}/.exec(shown)?.[0]).toBeUndefined()
  expect(shown).not.toContain(Buffer.from(`user:${proxyPassword}`).toString('base64'))
  expect(await manager.metric('controller_runtime_reconcile_panics_total')).toBe(0)
  expect(shown).not.toMatch(/unhandled|this is a defect/i)
}, 150_000)
