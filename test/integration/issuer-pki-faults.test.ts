import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { type Mischief, PkiAuthority } from '../fakes/pki/authority.ts'
import type { Fault } from '../fakes/pki/faults.ts'
import type { Identity } from '../fakes/pki/server.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerManager, startIssuerManager } from '../manager/issuer-manager.ts'
import { customSide, type PkiSide, pkiIssuer, vaultSide } from '../manager/issuer-pki.ts'
import { type IssuerScene, newIssuerScene, type SeenObject } from '../manager/issuer-scene.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

// One manager for all; each test has a stand-in and an issuer of its own.
// Deadlines are for a machine that does much else.
vi.setConfig({ testTimeout: 180_000 })

const cluster = sharedCluster()
let scene: IssuerScene
let manager: IssuerManager
let count = 0

beforeAll(async () => {
  await applyCertManagerCrds(cluster)
  scene = await newIssuerScene(cluster)
  const args = ['--namespace', scene.namespace, '--insecure-local-endpoints']
  manager = await startIssuerManager({ cluster, token: scene.token, args })
}, 300_000)

afterAll(() => manager?.[Symbol.asyncDispose]())

interface Case {
  readonly fault?: Fault
  readonly identity?: Identity
  readonly isDown?: true
  readonly mischief?: Mischief
  /** Waits for the limit of time, so that a short one is set. */
  readonly isLate?: true
  /** What is shown: the request is Failed; it waits and is tried again; the issuer is not ready and the request waits. */
  readonly shown: 'Failed' | 'Pending' | 'issuer not ready'
  readonly words: RegExp
}

const cases: Readonly<Record<string, Case>> = {
  'the connection is refused': { isDown: true, shown: 'Pending', words: /connection is refused/ },
  'the CA is unknown': {
    identity: 'unknown-ca',
    shown: 'issuer not ready',
    words: /unknown CA|self-signed|names/,
  },
  'the certificate is for another name': {
    identity: 'wrong-name',
    shown: 'issuer not ready',
    words: /another host name/,
  },
  'nothing comes back': {
    fault: { kind: 'hang' },
    isLate: true,
    shown: 'Pending',
    words: /no answer in time/,
  },
  'the answer is later than the limit': {
    fault: { kind: 'slow', ms: 4000 },
    isLate: true,
    shown: 'Pending',
    words: /no answer in time/,
  },
  'the connection is cut after the work': {
    fault: { kind: 'cut-after-receipt' },
    shown: 'Pending',
    words: /connection was cut/,
  },
  'the answer is cut short': { fault: { kind: 'cut-body' }, shown: 'Pending', words: /cut short/ },
  'the JSON ends too early': {
    fault: { kind: 'truncated' },
    shown: 'Pending',
    words: /holds no certificate/,
  },
  'the answer is huge (S24)': { fault: { kind: 'huge' }, shown: 'Pending', words: /over 1 MiB/ },
  'the answer is compressed (S24)': { fault: { kind: 'compressed' }, shown: 'Pending', words: /compressed/ },
  'a login page comes with 200': { fault: { kind: 'html' }, shown: 'Pending', words: /HTML page/ },
  'it is throttled': {
    fault: { kind: 'status', status: 429, retryAfter: '2' },
    shown: 'Pending',
    words: /status is 429/,
  },
  'it fails inside': { fault: { kind: 'status', status: 500 }, shown: 'Pending', words: /status is 500/ },
  'it is not there for now': {
    fault: { kind: 'status', status: 503 },
    shown: 'Pending',
    words: /status is 503/,
  },
  'it does not accept us': {
    fault: { kind: 'status', status: 401 },
    shown: 'issuer not ready',
    words: /status is 401/,
  },
  'it redirects': {
    fault: { kind: 'redirect', location: 'https://canary.example.com/' },
    shown: 'issuer not ready',
    words: /status is 307/,
  },
  'F53: its policy refuses': {
    fault: { kind: 'status', status: 422 },
    shown: 'Failed',
    words: /status is 422/,
  },
  'R15, F52: the certificate is of another key': {
    mischief: 'wrong-key',
    shown: 'Failed',
    words: /not published.*key/,
  },
  'R15, F52: the certificate has expired': {
    mischief: 'expired',
    shown: 'Failed',
    words: /not published.*(expired|valid)/,
  },
}

const presets: Readonly<Record<string, Make>> = {
  vault: vaultSide,
  custom: customSide,
}

interface Stage<T extends PkiSide> extends AsyncDisposable {
  readonly name: string
  readonly side: T
}

const sides: PkiSide[] = []

/** A stand-in with a CA of its own, which does its mischief, and an issuer that is ready on it. */
async function stage<T extends PkiSide>(make: (authority: PkiAuthority) => Promise<T>): Promise<Stage<T>> {
  const name = `pki-${++count}`
  const side = await make(await PkiAuthority.make())
  sides.push(side)
  await scene.apply(...pkiIssuer(scene, name, side))
  await scene.reason('externalissuer', name, 'Checked')
  return {
    name,
    side,
    [Symbol.asyncDispose]: async () => {
      await scene.remove('externalissuer', name)
      await side.server.down()
    },
  }
}

type Make = (authority: PkiAuthority) => Promise<PkiSide>

function hurried(make: Make): Make {
  return async (authority) => {
    const side = await make(authority)
    return { ...side, yaml: side.yaml.replace('request: 10s', 'request: 2s') }
  }
}

async function arrange({ server, submitPath }: PkiSide, one: Case): Promise<void> {
  if (one.fault !== undefined) server.faults.add({ path: submitPath, ...one.fault })
  if (one.identity !== undefined) await server.show(one.identity)
  if (one.isDown === true) await server.down()
  server.authority.mischief = one.mischief
}

async function mend({ server }: PkiSide): Promise<void> {
  server.faults.clear()
  server.authority.mischief = undefined
  await server.up()
  if (server.isShowing !== 'good') await server.show('good')
}

function readyOf({ status }: SeenObject): { reason: string; message: string } {
  return status?.conditions?.find((it) => it.type === 'Ready') ?? { reason: '', message: '' }
}

function isFailing({ status }: SeenObject): boolean {
  return status?.conditions?.some((it) => it.type === 'external-issuer.io/Failing') === true
}

async function saidOf(
  kind: 'certificaterequest' | 'externalissuer',
  name: string,
  words: RegExp,
): Promise<SeenObject> {
  let last = ''
  const isSaid = async () => {
    const seen = await scene.get(kind, name)
    last = readyOf(seen).message
    return words.test(last) ? seen : undefined
  }
  return eventually(`${kind} ${name} says ${String(words)}`, isSaid, 45_000).catch((cause: unknown) => {
    throw new Error(`${kind} ${name} does not say ${String(words)} but: ${last}`, { cause })
  })
}

describe.concurrent.each(Object.entries(presets))('%s, through the manager', (_, make) => {
  test.each(Object.entries(cases))(
    'where %s, it is shown as it is, and ends without a hand',
    async (__, one) => {
      await using staged = await stage(one.isLate ? hurried(make) : make)
      const { name, side } = staged
      await arrange(side, one)
      await scene.request(name, { issuerRef: { name } })
      const request = await saidOf('certificaterequest', name, one.words)
      const issuer = await saidOf(
        'externalissuer',
        name,
        one.shown === 'issuer not ready' ? one.words : /ready/,
      )
      const isFailed = one.shown === 'Failed'
      expect({
        issuer: readyOf(issuer).reason,
        request: readyOf(request).reason,
        hasFailureTime: request.status?.failureTime !== undefined,
        isFailing: isFailing(request),
        certificate: request.status?.certificate,
      }).toEqual({
        issuer: one.shown === 'issuer not ready' ? 'Pending' : 'Checked',
        request: isFailed ? 'Failed' : 'Pending',
        hasFailureTime: isFailed,
        isFailing: one.shown === 'Pending',
        certificate: undefined,
      })
      await mend(side)

      const next = one.shown === 'Failed' ? `${name}-next` : name
      if (one.shown === 'Failed') await scene.request(next, { issuerRef: { name } })
      const issued = await scene.reason('certificaterequest', next, 'Issued')
      expect(isFailing(issued)).toBe(false)
      await scene.reason('externalissuer', name, 'Checked')
      expect(JSON.stringify([request, issuer])).not.toContain('canary')
    },
  )

  test.each<Mischief>(['unordered', 'duplicated'])(
    'R14, F52: a chain that is %s is published in order, each once, with the root apart',
    async (mischief) => {
      await using staged = await stage(make)
      const { name, side } = staged
      side.server.authority.mischief = mischief
      await scene.request(name, { issuerRef: { name } })
      const { status } = await scene.reason('certificaterequest', name, 'Issued')

      const pem = Buffer.from(status?.certificate ?? '', 'base64').toString()
      const [leaf, intermediate, ...rest] = (
        pem.match(/-----BEGIN[^]+?-----END CERTIFICATE-----\n/g) ?? []
      ).map((it) => new X509Certificate(it))
      const root = new X509Certificate(Buffer.from(status?.ca ?? '', 'base64'))
      expect(rest).toEqual([])
      expect(leaf?.subjectAltName).toBe(`DNS:${name}.example.com`)
      expect([leaf?.checkIssued(intermediate as X509Certificate), intermediate?.checkIssued(root)]).toEqual([
        true,
        true,
      ])
      expect(root.raw).toEqual(new X509Certificate(side.server.authority.rootPem).raw)
    },
  )
})

describe.concurrent('what is under way', () => {
  test('F51: an order that is rejected is Failed, in the words of the configuration', async () => {
    await using staged = await stage(customSide)
    const { name, side } = staged
    side.server.state.decision = 'reject'
    await scene.request(name, { issuerRef: { name } })
    const seen = await scene.reason('certificaterequest', name, 'Failed')

    expect(readyOf(seen).message).toMatch(/the order was rejected/)
    expect(seen.status?.failureTime).toMatch(/Z$/)
    expect(side.submits()).toBe(1)
  })

  test('F51: an order that nobody decides waits until pendingLimit, whatever the retry window', async () => {
    await using staged = await stage(async (authority) => {
      const side = await customSide(authority)
      side.server.state.waits = Number.POSITIVE_INFINITY
      return { ...side, yaml: `${side.yaml}retryWindow: 1s\npendingLimit: 10s\n` }
    })
    const { name, side } = staged
    await scene.request(name, { issuerRef: { name } })
    const waiting = await saidOf('certificaterequest', name, /the order waits for approval/)
    const seen = await scene.reason('certificaterequest', name, 'Failed')

    expect(readyOf(waiting).reason).toBe('Pending')
    expect(readyOf(seen).message).toMatch(/did not decide within 10 s/)
    expect(side.submits()).toBe(1)
  })

  test('F54: a submit under way when its configuration changes ends well, once; what comes later goes by the new one', async () => {
    await using staged = await stage(vaultSide)
    const { name, side } = staged
    const { server } = side
    const hash = async () => (await scene.get('externalissuer', name)).status?.observedConfigHash
    const before = await hash()
    server.faults.add({ kind: 'slow', ms: 3000, path: side.submitPath, times: 1 })
    await scene.request(`${name}-early`, { issuerRef: { name } })
    await eventually('it is submitted', () => side.submits() > 0, 45_000)
    server.state.roles.set('db', { maxTTLSeconds: 60 })
    await scene.apply(
      ...pkiIssuer(scene, name, { ...side, yaml: side.yaml.replace('"role":"web"', '"role":"db"') }),
    )
    await eventually('the new configuration is checked', async () => (await hash()) !== before, 45_000)
    await scene.request(`${name}-late`, { issuerRef: { name } })
    const late = await scene.reason('certificaterequest', `${name}-late`, 'Issued')
    const early = await scene.reason('certificaterequest', `${name}-early`, 'Issued')

    expect(side.submits()).toBe(2)
    expect(lifeOf(late)).toBeLessThan(3600)
    expect(lifeOf(early)).toBeGreaterThan(3600)
  })

  test('F54, R22, I8: a credential that was rotated is taken at once when its Secret changes', async () => {
    await using staged = await stage(vaultSide)
    const { name, side } = staged
    const { state } = side.server
    state.appRoles.clear()
    state.revokeAll()
    await scene.request(name, { issuerRef: { name } })
    await scene.reason('externalissuer', name, 'Pending')
    const waiting = await saidOf('certificaterequest', name, /is not ready/)
    state.appRoles.set('next-role-canary', 'next-secret-canary')
    const credentials = { roleId: 'next-role-canary', secretId: 'next-secret-canary' }
    await scene.apply(...pkiIssuer(scene, name, { ...side, credentials }))

    await scene.reason('externalissuer', name, 'Checked')
    await scene.reason('certificaterequest', name, 'Issued')
    expect(readyOf(waiting).message).not.toContain('canary')
  })
})

/** Seconds. */
function lifeOf({ status }: SeenObject): number {
  const { validFrom, validTo } = new X509Certificate(Buffer.from(status?.certificate ?? '', 'base64'))
  return (Date.parse(validTo) - Date.parse(validFrom)) / 1000
}

test('S12, S29, M27: no log line holds a credential, a token or a body, and nothing that was sent a private key', () => {
  expect(manager.log.filter((it) => it.includes('canary'))).toEqual([])
  const bodies = sides.flatMap(({ server }) => server.seen.map((it) => it.body))
  expect(bodies.filter((it) => it.includes('BEGIN CERTIFICATE REQUEST')).length).toBeGreaterThan(40)
  expect(bodies.filter((it) => it.includes('PRIVATE KEY'))).toEqual([])
})
