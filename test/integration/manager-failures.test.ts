import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { selfSigned } from '../fakes/akeyless/certificates.ts'
import { startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { eventually } from '../manager/eventually.ts'
import { kubernetesAuth } from '../manager/kubernetes-auth.ts'
import type { ManagerProcess } from '../manager/manager-process.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
/** A cause that goes is found out about by the next attempt; those of a young failure are 5, 10 and 20 s apart. */
const healsWithinMs = 45_000
/** The promise is ten seconds. */
const shownWithinMs = 3 * 10_000
let scene: ServedWorld
let world: World
let manager: ManagerProcess

beforeAll(async () => {
  scene = await newServedWorld(cluster)
  world = scene.world
  manager = scene.manager
})

afterAll(() => scene?.[Symbol.asyncDispose]())

/** One way to fail: how it is brought about, and how its cause goes again. */
interface Failing {
  readonly name: string
  readonly reason: string
  /** Fields of the store other than those of a store that works. */
  store?(): Promise<object> | object
  /** What is read; `/NAMESPACE/NAME` by default. */
  readonly remoteRef?: object
  /** Brings the failure about in a world where the Secret is in sync. */
  begin(name: string): unknown
  end(name: string): unknown
}

/** Has the store of a case changed, and by that every one of its objects read anew. */
const restore = (name: string, changes: object) => world.apply(world.store(name, changes))
const refresh = (name: string) =>
  world.kubectl(
    '-n',
    world.namespace,
    'annotate',
    'externalsecret',
    name,
    '--overwrite',
    `force-sync=${Date.now()}`,
  )

const cases: readonly Failing[] = [
  {
    name: 'wrong-access-id',
    reason: 'AuthFailed',
    begin: (name) => restore(name, kubernetesAuth({ accessID: 'p-nobody' })),
    end: (name) => restore(name, {}),
  },
  {
    name: 'unbound-service-account',
    reason: 'AuthFailed',
    begin: async (name) => {
      world.akeyless.state.k8sAuth({
        accessId: 'p-bound',
        config: 'bound',
        boundServiceAccounts: ['another'],
      })
      await restore(name, kubernetesAuth({ accessID: 'p-bound', k8sConfName: 'bound' }))
    },
    end: () => {
      const rules = [{ path: `/${world.namespace}/*`, capabilities: ['read', 'list'] as const }]
      world.akeyless.state.k8sAuth({ accessId: 'p-bound', config: 'bound', boundServiceAccounts: ['app'] })
      world.akeyless.state.role({ accessId: 'p-bound', rules })
    },
  },
  {
    name: 'refused-jwt',
    reason: 'JWTRejected',
    begin: async (name) => {
      const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl'
      await world.kubectl(
        '-n',
        world.namespace,
        'create',
        'secret',
        'generic',
        'jwt',
        `--from-literal=token=${jwt}`,
      )
      const auth = { accessID: 'p-app', k8sConfName: 'test', secretRef: { name: 'jwt' } }
      await restore(name, { authSecretRef: { kubernetesAuth: auth } })
    },
    end: async () => {
      const jwt = (await world.kubectl('-n', world.namespace, 'create', 'token', 'app')).trim()
      const data = JSON.stringify({ stringData: { token: jwt } })
      await world.kubectl('-n', world.namespace, 'patch', 'secret', 'jwt', '-p', data)
    },
  },
  {
    name: 'denied-path',
    reason: 'AccessDenied',
    begin: (name) => {
      const allow = world.akeyless.state.denyPath('p-app', `/${world.namespace}/${name}`)
      undo.set(name, allow)
      return refresh(name)
    },
    end: (name) => undo.get(name)?.(),
  },
  {
    name: 'missing-item',
    reason: 'NotFound',
    begin: (name) => {
      world.akeyless.state.deleteItem(`/${world.namespace}/${name}`)
      return refresh(name)
    },
    end: (name) => world.akeyless.state.secret(`/${world.namespace}/${name}`, { value: '{"field":"after"}' }),
  },
  {
    name: 'missing-key',
    reason: 'KeyNotFound',
    remoteRef: { property: 'field' },
    begin: (name) => {
      world.akeyless.state.putSecret(`/${world.namespace}/${name}`, '{"other":1}')
      return refresh(name)
    },
    end: (name) => world.akeyless.state.putSecret(`/${world.namespace}/${name}`, '{"field":"after"}'),
  },
  {
    name: 'refused-connection',
    reason: 'GatewayUnreachable',
    begin: async (name) => {
      const other = await startAkeyless({ k8s: world.akeyless.state.k8s ?? never() })
      gateways.set(name, other)
      shareAccount(other)
      await other.down()
      await restore(name, { akeylessGWApiURL: other.url })
    },
    end: (name) => gateways.get(name)?.up(),
  },
  {
    name: 'wrong-ca',
    reason: 'TLSFailure',
    begin: async (name) => {
      const certificate = await selfSigned()
      const other = await startAkeyless({ k8s: world.akeyless.state.k8s ?? never(), tls: certificate })
      gateways.set(name, other)
      shareAccount(other)
      await caConfigMap((await selfSigned()).certificatePem)
      right.set(name, certificate.certificatePem)
      const caProvider = { type: 'ConfigMap', name: 'gateway-ca', key: 'ca.crt' }
      await restore(name, { akeylessGWApiURL: other.url, caProvider })
    },
    end: (name) => caConfigMap(right.get(name) ?? ''),
  },
  {
    name: 'html-answer',
    reason: 'UnexpectedResponse',
    begin: (name) => {
      const fault = world.akeyless.state.fault({ kind: 'html', name: `/${world.namespace}/${name}` })
      undo.set(name, () => fault.remove())
      return refresh(name)
    },
    end: (name) => undo.get(name)?.(),
  },
]

const undo = new Map<string, () => unknown>()
const gateways = new Map<string, Awaited<ReturnType<typeof startAkeyless>>>()
const right = new Map<string, string>()

afterAll(async () => {
  for (const it of gateways.values()) await it.stop()
})

function never(): never {
  throw new Error('the world has no API server for TokenReviews')
}

/** The same auth method, role and items on another Gateway. */
function shareAccount(other: Awaited<ReturnType<typeof startAkeyless>>): void {
  other.state.k8sAuth({ accessId: 'p-app', config: 'test', boundServiceAccounts: ['app'] })
  other.state.role({ accessId: 'p-app', rules: [{ path: '/*', capabilities: ['read', 'list'] }] })
  for (const { name } of cases)
    other.state.secret(`/${world.namespace}/${name}`, { value: '{"field":"after"}' })
}

function caConfigMap(pem: string): Promise<void> {
  const metadata = { namespace: world.namespace, name: 'gateway-ca' }
  return world.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': pem } })
}

async function eventReasons(name: string): Promise<string[]> {
  const selector = `regarding.name=${name},regarding.kind=ExternalSecret`
  const list = ['-n', world.namespace, 'get', 'events.events.k8s.io', '--field-selector', selector]
  const text = await world.kubectl(...list, '-o', 'jsonpath={range .items[*]}{.type}/{.reason}{"\\n"}{end}')
  return text.trim().split('\n')
}

test.concurrent.each(cases)(
  '$name shows $reason within 10 s, keeps the last good Secret and heals by itself',
  async (failing) => {
    const { name, reason } = failing
    const item = `/${world.namespace}/${name}`
    world.akeyless.state.secret(item, { value: '{"field":"before"}' })
    const data = [{ secretKey: 'value', remoteRef: { key: item, ...failing.remoteRef } }]
    await world.apply(
      world.store(name),
      world.externalSecret(name, { refreshInterval: '1h', data }, { name }),
    )
    await world.reason('externalsecret', name, 'Synced')
    const before = await world.secret(name)

    await failing.begin(name)
    await world.reason('externalsecret', name, reason, 'LastSyncSucceeded', shownWithinMs)

    const shown = await world.get('externalsecret', name)
    const condition = shown.status?.conditions?.find((it) => it.type === 'LastSyncSucceeded')
    expect(condition?.message).toMatch(/^Cannot /)
    expect(await world.secret(name)).toEqual(before)
    await eventually(`an Event tells ${reason}`, async () =>
      (await eventReasons(name)).includes(`Warning/${reason}`),
    )
    expect(
      await manager.metric('keyferry_sync_total', { controller: 'externalsecret', reason }),
    ).toBeGreaterThan(0)

    await failing.end(name)
    await world.reason('externalsecret', name, 'Synced', 'LastSyncSucceeded', healsWithinMs)
    expect(Object.keys((await world.secret(name)) ?? {})).toEqual(['value'])
  },
  120_000,
)

test('never more than four refused logins in a row went out for one access id', () => {
  const calls = world.akeyless.calls.of('/auth')
  const longest = new Map<string, number>()
  const running = new Map<string, number>()
  for (const { accessId = '', status } of calls) {
    const row = status < 300 ? 0 : (running.get(accessId) ?? 0) + 1
    running.set(accessId, row)
    longest.set(accessId, Math.max(row, longest.get(accessId) ?? 0))
  }

  expect(Math.max(...longest.values())).toBeLessThanOrEqual(4)
  expect(longest.get('p-nobody')).toBeGreaterThan(0)
})

test('an Akeyless token that was revoked heals inside the reconcile and shows nothing', async () => {
  const item = `/${world.namespace}/expiring`
  world.akeyless.state.secret(item, { value: 'one' })
  const data = [{ secretKey: 'value', remoteRef: { key: item } }]
  await world.apply(world.store('expiring'), world.externalSecret('expiring', { data }, { name: 'expiring' }))
  const synced = await world.reason('externalsecret', 'expiring', 'Synced')

  world.akeyless.state.revokeTokens('p-app')
  world.akeyless.state.putSecret(item, 'two')
  await refresh('expiring')
  await eventually(
    'the Secret holds the new value',
    async () => (await world.secret('expiring'))?.['value'] === 'two',
  )

  const after = await world.get('externalsecret', 'expiring')
  expect(after.status?.conditions).toEqual(
    synced.status?.conditions?.map((it) => ({ ...it, observedGeneration: after.metadata.generation })),
  )
  expect((await eventReasons('expiring')).filter((it) => it.startsWith('Warning'))).toEqual([])
})
