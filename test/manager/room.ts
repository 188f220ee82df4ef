import { randomBytes } from 'node:crypto'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import type { Client } from '../../src/kube/client.ts'
import { isNotFound } from '../../src/kube/errors.ts'
import { type Kind, secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { applyOne } from './apply-all.ts'
import { eventually, patienceMs } from './eventually.ts'
import type { Seen, World } from './world.ts'

type Secret = KubeObject & { readonly type?: string; readonly data?: Readonly<Record<string, string>> }

/**
 * A namespace of its own with a ServiceAccount `app`, made and looked at without a process per step: what a test
 * needs that does the same thing a hundred times.
 */
export interface Room {
  readonly namespace: string
  /** The path of an item that `p-app` may read here. */
  item(name: string): string
  apply(...objects: readonly object[]): Promise<void>
  patch(kind: Kind, name: string, patch: object): Promise<void>
  remove(kind: Kind, name: string): Promise<void>
  find(kind: Kind, name: string): Promise<Seen | undefined>
  /** A store of this room behind the given Gateway, and an ExternalSecret of it. */
  store(name: string, changes?: object): object
  externalSecret(name: string, spec: object, store?: { kind?: string; name: string }): object
  /** What a person can see of Secrets and ExternalSecrets, less what differs from run to run. */
  outcome(): Promise<object>
  /** Sets the label `admitted` of the namespace. */
  label(admitted: string): Promise<void>
  /** Waits until a condition of an ExternalSecret tells this reason for its newest generation. */
  reason(name: string, reason: string, type?: string, withinMs?: number): Promise<Seen>
  /** The data of a Secret as text; undefined when there is no such Secret. */
  secret(name: string): Promise<Readonly<Record<string, string>> | undefined>
  /** Whether an ExternalSecret is Ready for its newest generation. */
  isSynced(name: string): Promise<boolean>
}

const { signal } = new AbortController()

/** Makes a room; the world's account opens its store. */
export async function newRoom(client: Client, world: World, prefix = 'room'): Promise<Room> {
  const namespace = `${prefix}-${randomBytes(4).toString('hex')}`
  const apply = async (...objects: readonly object[]) => {
    for (const it of objects) await applyOne(client, it as KubeObject)
  }
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'app' } },
  )
  const rules = [{ path: `/${namespace}/*`, capabilities: ['read', 'list'] as const }]
  world.akeyless.state.role({ accessId: 'p-app', rules })
  const here = (object: object) => inNamespace(object, namespace)
  const find = (kind: Kind, name: string) => client.find<Seen>(kind, { namespace, name }, { signal })
  return {
    namespace,
    apply,
    find,
    item: (name) => `/${namespace}/${name}`,
    patch: async (kind, name, patch) =>
      void (await client.mergePatch(kind, { namespace, name }, patch, { fieldManager: 'a-user', signal })),
    remove: (kind, name) => client.delete(kind, { namespace, name }, { signal }).catch(unlessGone),
    store: (name, changes) => here(world.store(name, changes)),
    externalSecret: (name, spec, store) => here(world.externalSecret(name, spec, store)),
    outcome: () => outcomeOf(client, namespace),
    label: async (admitted) =>
      applyOne(client, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace, labels: { admitted } },
      }),
    reason: (name, reason, type = 'Ready', withinMs = patienceMs) =>
      untilReason(() => find(externalSecretKind, name), { name, reason, type, withinMs }),
    secret: async (name) => {
      const seen = await client.find<Secret>(secretKind, { namespace, name }, { signal })
      return seen === undefined ? undefined : decoded(seen)
    },
    isSynced: async (name) => isSynced(await find(externalSecretKind, name)),
  }
}

function untilReason(
  look: () => Promise<Seen | undefined>,
  wanted: { name: string; reason: string; type: string; withinMs: number },
): Promise<Seen> {
  const { name, reason, type, withinMs } = wanted
  let last: Seen | undefined
  const isThere = async () => {
    last = await look()
    const isNewest = last?.status?.observedGeneration === last?.metadata.generation
    const conditions = isNewest ? last?.status?.conditions : undefined
    return conditions?.some((it) => it.type === type && it.reason === reason) === true ? last : undefined
  }
  const what = `${name} has ${type} ${reason}`
  return eventually(what, isThere, withinMs).catch((cause: unknown) => {
    throw new Error(`Not so: ${what}; conditions are ${JSON.stringify(last?.status?.conditions)}`, { cause })
  })
}

function decoded({ data = {} }: Secret): Readonly<Record<string, string>> {
  const text = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()])
  return Object.fromEntries(text) as Record<string, string>
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error
}

function inNamespace(object: object, namespace: string): object {
  const { metadata } = object as KubeObject
  return { ...object, metadata: { ...metadata, namespace } }
}

function isSynced(seen: Seen | undefined): boolean {
  const ready = seen?.status?.conditions?.find((it) => it.type === 'Ready')
  return ready?.reason === 'Synced' && seen?.status?.observedGeneration === seen?.metadata.generation
}

async function outcomeOf(client: Client, namespace: string): Promise<object> {
  const [secrets, externalSecrets] = await Promise.all([
    client.list<Secret>(secretKind, { namespace, signal }),
    client.list<Seen>(externalSecretKind, { namespace, signal }),
  ])
  const text = JSON.stringify({
    secrets: secrets.items.map(shownSecret),
    externalSecrets: externalSecrets.items.map(shownExternalSecret),
  })
  return JSON.parse(text.replaceAll(namespace, 'NAMESPACE')) as object
}

function shownSecret({ metadata, type, data }: Secret): object {
  const { name, labels = {}, annotations, ownerReferences = [] } = metadata
  const owners = ownerReferences.map((it) => it.name)
  // Its value is a digest of the namespace, among others.
  const { 'reconcile.external-secrets.io/created-by': _, ...others } = labels
  return { name, type, data, labels: others, annotations, owners }
}

function shownExternalSecret({ metadata, status }: Seen): object {
  const { conditions = [], refreshTime: _, syncedResourceVersion = '', ...rest } = status ?? {}
  // Its end is a digest of the stores' UIDs.
  const synced = syncedResourceVersion.replace(/-s[0-9a-f]{16}$/, '-stores')
  const shown = conditions.map(({ type, status: value, reason, message }) => ({
    type,
    value,
    reason,
    message,
  }))
  return { name: metadata.name, ...rest, synced, conditions: shown }
}
