import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../../src/api/secretstore.ts'
import type { Client } from '../../src/kube/client.ts'
import {
  apiVersionOf,
  configMapKind,
  type Kind,
  namespaceKind,
  secretKind,
  serviceAccountKind,
} from '../../src/kube/kind.ts'
import type { Room } from './room.ts'
import type { World } from './world.ts'

/** A change that the manager learns of by one of its watches, and what must come of it. */
export interface WatchedChange {
  /** The kind whose watch tells of it. */
  readonly kind: Kind
  /** The object that changes. */
  readonly name: (room: Room) => string
  /** Everything before the change; absent fields are those of a sync from a store that holds `one`. */
  readonly before?: (room: Room, world: World) => Promise<void>
  readonly change: (room: Room, world: World) => Promise<void>
  /** The reason that shows before the change. */
  readonly reasonBefore: string
  /** Data of Secret `demand` after it. */
  readonly data: Readonly<Record<string, string>>
  /** What happens to that Secret over the whole of it. */
  readonly revisions: readonly string[]
}

const named = (name: string) => () => name
const reading = { data: [{ secretKey: 'value', remoteRef: { key: '/a' } }], refreshInterval: '0' }

/** A store that needs no Gateway: its value stands in it. */
export function fakeStore(room: Room, world: World, value: string): object {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { namespace: room.namespace, name: 'fake' },
    spec: { controller: world.controllerClass, provider: { fake: { data: [{ key: '/a', value }] } } },
  }
}

function fakeClusterStore(room: Room, world: World, value: string): object {
  const { spec } = fakeStore(room, world, value) as { spec: object }
  const conditions = [{ namespaceSelector: { matchLabels: { admitted: 'yes' } } }]
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: room.namespace },
    spec: { ...spec, conditions },
  }
}

async function demandOf(room: Room, spec: object = {}, store: object = { name: 'fake' }): Promise<void> {
  await room.apply(room.externalSecret('demand', { ...reading, ...spec }, store as { name: string }))
}

async function fromStore(room: Room, world: World): Promise<void> {
  await room.apply(fakeStore(room, world, 'one'))
  await demandOf(room)
}

async function fromClusterStore(room: Room, world: World, admitted: string): Promise<void> {
  await room.label(admitted)
  await room.apply(fakeClusterStore(room, world, 'one'))
  await demandOf(room, {}, { kind: 'ClusterSecretStore', name: room.namespace })
}

const templates = (room: Room, text: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: room.namespace, name: 'templates' },
  data: { value: text },
})

/** One for each watch that the controller of ExternalSecrets depends on. */
export const watchedChanges: readonly WatchedChange[] = [
  {
    kind: externalSecretKind,
    name: named('demand'),
    change: (room) => demandOf(room, { data: [{ secretKey: 'other', remoteRef: { key: '/a' } }] }),
    reasonBefore: 'Synced',
    data: { other: 'one' },
    revisions: ['ADDED', 'MODIFIED'],
  },
  {
    kind: secretKind,
    name: named('demand'),
    change: (room) => room.patch(secretKind, 'demand', { data: { value: 'bWVkZGxlZA==' } }),
    reasonBefore: 'Synced',
    data: { value: 'one' },
    revisions: ['ADDED', 'MODIFIED', 'MODIFIED'],
  },
  {
    kind: secretStoreKind,
    name: named('fake'),
    change: (room, world) => room.apply(fakeStore(room, world, 'two')),
    reasonBefore: 'Synced',
    data: { value: 'two' },
    revisions: ['ADDED', 'MODIFIED'],
  },
  {
    kind: clusterSecretStoreKind,
    name: (room) => room.namespace,
    before: (room, world) => fromClusterStore(room, world, 'yes'),
    change: (room, world) => room.apply(fakeClusterStore(room, world, 'two')),
    reasonBefore: 'Synced',
    data: { value: 'two' },
    revisions: ['ADDED', 'MODIFIED'],
  },
  {
    kind: namespaceKind,
    name: (room) => room.namespace,
    before: (room, world) => fromClusterStore(room, world, 'no'),
    change: (room) => room.label('yes'),
    reasonBefore: 'AccessDenied',
    data: { value: 'one' },
    revisions: ['ADDED'],
  },
  {
    kind: configMapKind,
    name: named('templates'),
    before: async (room, world) => {
      await room.apply(fakeStore(room, world, 'one'), templates(room, 'old'))
      const items = [{ key: 'value', templateAs: 'Values' }]
      const templateFrom = [{ configMap: { name: 'templates', items } }]
      await demandOf(room, { target: { template: { templateFrom } } })
    },
    change: (room) => room.apply(templates(room, 'new {{ .value }}')),
    reasonBefore: 'Synced',
    data: { value: 'new one' },
    revisions: ['ADDED', 'MODIFIED'],
  },
  {
    kind: serviceAccountKind,
    name: named('late'),
    before: async (room, world) => {
      world.akeyless.state.k8sAuth({ accessId: 'p-late', config: 'late', boundServiceAccounts: ['late'] })
      const rules = [{ path: `/${room.namespace}/*`, capabilities: ['read', 'list'] as const }]
      world.akeyless.state.role({ accessId: 'p-late', rules })
      world.akeyless.state.secret(room.item('a'), { value: 'one' })
      const serviceAccountRef = { name: 'late' }
      const kubernetesAuth = { accessID: 'p-late', k8sConfName: 'late', serviceAccountRef }
      await room.apply(room.store('akeyless', { authSecretRef: { kubernetesAuth } }))
      const data = [{ secretKey: 'value', remoteRef: { key: room.item('a') } }]
      await demandOf(room, { data }, { name: 'akeyless' })
    },
    change: (room) =>
      room.apply({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { namespace: room.namespace, name: 'late' },
      }),
    reasonBefore: 'NotFound',
    data: { value: 'one' },
    revisions: ['ADDED'],
  },
]

const pokedSpecs: Readonly<Record<string, object>> = {
  externalsecrets: { suspend: true, secretStoreRef: { name: 'none' }, ...reading },
  secretstores: { controller: 'nobody', provider: { fake: { data: [] } } },
  clustersecretstores: { controller: 'nobody', provider: { fake: { data: [] } } },
}

/**
 * Has something else of the same kind happen: what the watch lost is found once it gets past that moment, by another
 * event or by the bookmark of the minute.
 */
export async function poke({ kind }: WatchedChange, room: Room, client: Client): Promise<void> {
  const at = { annotations: { poked: `${Date.now()}` } }
  const metadata = kind.namespaced
    ? { namespace: room.namespace, name: 'poked', ...at }
    : { name: `${room.namespace}-poked`, ...at }
  const spec = pokedSpecs[kind.plural]
  const object = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata }
  const { signal } = new AbortController()
  const options = { fieldManager: 'somebody', force: true, signal }
  await client.apply(kind, spec === undefined ? object : { ...object, spec }, options)
}

/** Brings a change about up to the moment before it. */
export function prepare(change: WatchedChange, room: Room, world: World): Promise<void> {
  return (change.before ?? fromStore)(room, world)
}
