import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { externalSecretsHalf } from '../../hack/generate/half-rules.ts'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../../src/api/secretstore.ts'
import type { Client } from '../../src/kube/client.ts'
import { secretKind } from '../../src/kube/kind.ts'
import { storeTokenRules } from '../../src/store/reconcile.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { answer } from '../fakes/fault-proxy/fault.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type InnerManager, startInnerManager } from '../manager/inner-manager.ts'
import { narrowAccount, type Right, rightsIn, without } from '../manager/narrow-account.ts'
import { newRoom, type Room } from '../manager/room.ts'
import { newWorld, type Seen, type World } from '../manager/world.ts'

// Deadlines are for a machine that does much else.
vi.setConfig({ testTimeout: 120_000, maxConcurrency: 6 })
const withinMs = 60_000

const cluster = sharedCluster()
const rules = [...externalSecretsHalf, ...storeTokenRules]
const { signal } = new AbortController()
let world: World
let connection: ReturnType<typeof connect>
let client: Client
/** In front of the API server: for conflicts that come when they are wanted. */
let proxy: FaultProxy
/** An API server that knows no WatchList, as before Kubernetes 1.34 where it was not switched on. */
let old: FaultProxy

beforeAll(async () => {
  world = await newWorld(cluster)
  connection = connect(cluster)
  client = connection.client
  const upstream = { upstream: cluster.server, upstreamCaPem: cluster.caPem }
  ;[proxy, old] = await Promise.all([startFaultProxy(upstream), startFaultProxy(upstream)])
  old.on((it) => it.path.includes('sendInitialEvents'), answer(422))
})

afterAll(async () => {
  for (const it of [proxy, old, connection, world]) await it?.[Symbol.asyncDispose]()
})

/** A manager that lacks one right, and a room that only it serves. */
interface Scene {
  readonly room: Room
  readonly manager: InnerManager
}

interface Row {
  readonly right: Right
  /** What somebody sees. */
  readonly fails: string
  readonly show: (scene: Scene) => Promise<unknown>
  /** Before the manager starts. */
  readonly before?: (room: Room) => Promise<unknown>
  /** What the audit log calls it; the right itself unless said otherwise. */
  readonly logged?: string
  readonly isOfCluster?: true
  readonly server?: () => FaultProxy
  readonly awaitSynced?: false
}

/** What fills the caches. */
function views(verb: 'list' | 'watch'): readonly Row[] {
  const kinds = ['configmaps', 'secrets', 'serviceaccounts', 'namespaces', 'externalsecrets', 'secretstores']
  const view = (kind: string) => ({
    right: `${verb} ${kind}`,
    isOfCluster: true as const,
    awaitSynced: false as const,
    ...(verb === 'list' ? { server: () => old } : {}),
  })
  const crds = 'customresourcedefinitions'
  return [
    ...[...kinds, 'clustersecretstores'].map((kind) => ({
      ...view(kind),
      fails: 'the manager says so and is not ready',
      show: async ({ manager }: Scene) => {
        await complaint(manager, kind)
        expect(manager.isSynced()).toBe(false)
      },
    })),
    {
      ...view(crds),
      fails: 'the manager says so, and learns of newer CRDs at its next start only',
      show: ({ manager }: Scene) => complaint(manager, crds),
    },
  ]
}

function complaint(manager: InnerManager, kind: string): Promise<unknown> {
  const isSaid = () =>
    manager.log
      .map((line) => JSON.parse(line) as { msg?: string; selection?: string })
      .some((it) => it.msg === 'Watch failed' && it.selection?.split(/[. ]/)[0] === kind)
  return eventually(`the watch of ${kind} fails`, isSaid, withinMs)
}

async function demand(room: Room, spec: object = {}, store: object = {}): Promise<void> {
  world.akeyless.state.secret(room.item('item'), { value: 'value' })
  const data = [{ secretKey: 'value', remoteRef: { key: room.item('item') } }]
  await room.apply(ofRoom(room, room.store('akeyless', store)), room.externalSecret('app', { data, ...spec }))
}

/** With the room as its class, so that no other manager serves it. */
function ofRoom(room: Room, store: object): object {
  const { spec } = store as { spec: object }
  return { ...store, spec: { ...spec, controller: room.namespace } }
}

function clusterStore(room: Room): object {
  const { spec } = ofRoom(room, room.store('any')) as { spec: object }
  const kind = 'ClusterSecretStore'
  return { apiVersion: 'external-secrets.io/v1', kind, metadata: { name: room.namespace }, spec }
}

async function messageOfStore(room: Room, reason: string): Promise<string> {
  const look = async () => {
    const seen: Seen | undefined = await room.find(secretStoreKind, 'akeyless')
    return seen?.status?.conditions?.find((it) => it.reason === reason)?.message
  }
  return eventually(`the store is ${reason}`, look, withinMs)
}

async function messageOf(room: Room, reason: string): Promise<string> {
  const seen = await room.reason('app', reason, 'Ready', withinMs)
  return seen.status?.conditions?.find((it) => it.type === 'Ready')?.message ?? ''
}

const conflictOnce = (place: string) => () => {
  proxy.on((it) => it.method === 'PATCH' && it.path.includes(place), answer(409), { times: 1 })
}

const rows: readonly Row[] = [
  ...views('list'),
  ...views('watch'),
  {
    right: 'get secrets',
    fails: 'a store cannot read its credential',
    show: async ({ room }) => {
      const at = (key: string) => ({ name: 'credential', key })
      const secretRef = { accessID: at('id'), accessType: at('type'), accessTypeParam: at('key') }
      const data = { id: 'p-app', type: 'api_key', key: 'made-up' }
      const metadata = { namespace: room.namespace, name: 'credential' }
      await room.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: data })
      await demand(room, {}, { authSecretRef: { secretRef } })
      expect(await messageOfStore(room, 'AccessDenied')).toContain('get Secret')
    },
  },
  {
    right: 'get configmaps',
    fails: 'a template in a ConfigMap cannot be read',
    show: async ({ room }) => {
      const metadata = { namespace: room.namespace, name: 'words' }
      await room.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'p: x' } })
      const templateFrom = [{ configMap: { name: 'words', items: [{ key: 'a' }] } }]
      await demand(room, { target: { template: { templateFrom } } })
      expect(await messageOf(room, 'AccessDenied')).toContain('get ConfigMap')
    },
  },
  ...['create', 'patch'].map((verb) => ({
    right: `${verb} secrets`,
    // The API server asks for create where an apply makes an object, and logs the apply.
    logged: 'patch secrets',
    fails: 'no Secret is made',
    show: noSecretIsMade,
  })),
  {
    right: 'create serviceaccounts/token',
    fails: 'a store cannot log in as a ServiceAccount',
    show: async ({ room }) => {
      await demand(room)
      expect(await messageOfStore(room, 'AuthFailed')).toContain('grant it create on serviceaccounts/token')
    },
  },
  {
    right: 'create tokenreviews',
    fails: 'a refused login is not told apart from a JWT that nobody takes',
    show: async ({ room }) => {
      const metadata = { namespace: room.namespace, name: 'stranger' }
      await room.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
      const kubernetesAuth = {
        accessID: 'p-app',
        k8sConfName: 'test',
        serviceAccountRef: { name: 'stranger' },
      }
      await demand(room, {}, { authSecretRef: { kubernetesAuth } })
      expect(await messageOfStore(room, 'AuthFailed')).not.toContain('accepts the JWT')
    },
  },
  {
    right: 'get externalsecrets',
    fails: 'after a restart what was synced before is not synced again',
    before: async (room) => {
      await demand(room)
      const status = { refreshTime: new Date(0).toISOString() }
      const as = { fieldManager: 'another', subresource: 'status', signal } as const
      const ref = { namespace: room.namespace, name: 'app' }
      await client.mergePatch(externalSecretKind, ref, { status }, as)
    },
    show: async ({ room }) => {
      expect(await messageOf(room, 'AccessDenied')).toContain('get ExternalSecret')
      expect(await room.secret('app')).toBeUndefined()
    },
  },
  {
    right: 'patch externalsecrets',
    fails: 'leases of dynamic items are not kept',
    show: async ({ room }) => {
      world.akeyless.state.dynamic(room.item('database'), {})
      const data = [{ secretKey: 'value', remoteRef: { key: room.item('database') } }]
      await demand(room, { data })
      expect(await messageOf(room, 'AccessDenied')).toContain('grant patch on externalsecrets')
      expect(world.akeyless.state.leases.of(room.item('database'))).toEqual([])
    },
  },
  {
    right: 'patch externalsecrets/status',
    fails: 'an ExternalSecret has no status',
    show: async ({ room, manager }) => {
      await demand(room)
      await statusRefused(manager, 'externalsecret')
      expect((await room.find(externalSecretKind, 'app'))?.status?.conditions).toBeUndefined()
    },
  },
  {
    right: 'patch secretstores/status',
    fails: 'a SecretStore has no status',
    show: async ({ room, manager }) => {
      await demand(room)
      await statusRefused(manager, 'secretstore')
      expect((await room.find(secretStoreKind, 'akeyless'))?.status?.conditions).toBeUndefined()
    },
  },
  {
    right: 'patch clustersecretstores/status',
    isOfCluster: true,
    fails: 'a ClusterSecretStore has no status',
    show: async ({ room, manager }) => {
      await room.apply(clusterStore(room))
      await statusRefused(manager, 'clustersecretstore')
      const seen = await client.get<Seen>(clusterSecretStoreKind, { name: room.namespace }, { signal })
      expect(seen.status?.conditions).toBeUndefined()
    },
  },
  {
    right: 'get secretstores',
    fails: 'a status whose write met another one must wait',
    server: () => proxy,
    before: async (room) => conflictOnce(`/${room.namespace}/secretstores/akeyless/status`)(),
    show: async ({ room, manager }) => {
      await demand(room)
      await statusRefused(manager, 'secretstore')
    },
  },
  {
    right: 'get clustersecretstores',
    isOfCluster: true,
    fails: 'a status whose write met another one must wait',
    server: () => proxy,
    before: async (room) => conflictOnce(`/clustersecretstores/${room.namespace}/status`)(),
    show: async ({ room, manager }) => {
      await room.apply(clusterStore(room))
      await statusRefused(manager, 'clustersecretstore')
    },
  },
  {
    right: 'create events',
    fails: 'nothing is told of a sync',
    show: async ({ room, manager }) => {
      await demand(room)
      await messageOf(room, 'Synced')
      await eventDropped(manager)
      expect(await eventsOf(room)).toEqual([])
    },
  },
  {
    right: 'patch events',
    fails: 'what happens again is not counted',
    show: async ({ room, manager }) => {
      await demand(room)
      await messageOf(room, 'Synced')
      // Each time it is made anew.
      const isDropped = async () => {
        await room.remove(secretKind, 'app')
        return manager.log.some((it) => it.includes('Event dropped'))
      }
      await eventually('an Event is dropped', isDropped, withinMs)
      expect((await eventsOf(room)).filter((it) => it.series !== undefined)).toEqual([])
    },
  },
]

async function noSecretIsMade({ room }: Scene): Promise<void> {
  await demand(room)
  expect(await messageOf(room, 'TargetRejected')).toContain('grant get, list, watch, create and patch')
  expect(await room.secret('app')).toBeUndefined()
}

function statusRefused(manager: InnerManager, word: string): Promise<unknown> {
  const isSaid = () => manager.log.some((it) => it.includes('403') && it.toLowerCase().includes(word))
  return eventually(`the status of a ${word} is refused`, isSaid, withinMs)
}

function eventDropped(manager: InnerManager): Promise<unknown> {
  const isSaid = () => manager.log.some((it) => it.includes('Event dropped'))
  return eventually('an Event is dropped', isSaid, withinMs)
}

async function eventsOf(room: Room): Promise<readonly { readonly series?: object }[]> {
  const of = ['--field-selector', 'regarding.name=app']
  const text = await world.kubectl(
    'get',
    'events.v1.events.k8s.io',
    '-n',
    room.namespace,
    ...of,
    '-o',
    'json',
  )
  return (JSON.parse(text) as { items: { series?: object }[] }).items
}

test.concurrent.each(rows)('S15: without $right $fails', async (row) => {
  const { right, before, show, isOfCluster = false, server = () => proxy } = row
  const room = await newRoom(client, world, 'right')
  const token = await narrowAccount(
    client,
    { namespace: room.namespace, name: 'narrow' },
    without(right, rules),
  )
  await before?.(room)
  await using manager = await startInnerManager(
    { ...world, managerToken: token, controllerClass: room.namespace },
    {
      server: { url: server().url, caPem: server().caPem },
      args: isOfCluster ? [] : ['--namespace', room.namespace],
      awaitSynced: row.awaitSynced ?? true,
    },
  )

  await show({ room, manager })

  const isRefused = async () => {
    const requests = await requestsOf(cluster, `${room.namespace}:narrow`)
    return requests.some((it) => it.status === 403 && `${it.verb} ${it.resource}` === (row.logged ?? right))
  }
  await eventually(`the API server refuses to ${right}`, isRefused, withinMs)
})

test('S15: every right of the half has its row', () => {
  expect(rows.map((it) => it.right).toSorted()).toEqual(rightsIn(rules))
})
