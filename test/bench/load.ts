import { type ExternalSecret, externalSecretKind } from '../../src/api/externalsecret.ts'
import type { Client } from '../../src/kube/client.ts'
import { secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { World } from '../manager/world.ts'

/** How many ExternalSecrets of how many keys; every item is distinct. */
export interface Load {
  readonly count: number
  readonly keys: number
  /** How many folders the items are spread over; `own`: each item has one of its own. */
  readonly folders?: number | 'own'
  readonly refreshInterval?: string
}

const usualFolders = 10
/** What ESO's CRDs fill in and ours do not: both operators get the same. */
const usualTarget = { creationPolicy: 'Owner', deletionPolicy: 'Retain' }
const usualRef = { conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' }
const { signal } = new AbortController()

/** Seeds the items, makes the store and all ExternalSecrets. No manager runs yet. */
export async function createLoad(client: Client, world: World, load: Load): Promise<void> {
  for (const [index, key] of itemsOf(load))
    world.akeyless.state.secret(itemName(world, load, index, key), { value: valueOf(index, key) })
  await world.apply(world.store('akeyless'))
  await eachOf(load.count, 20, async (index) => {
    const object = world.externalSecret(nameOf(index), {
      refreshInterval: load.refreshInterval ?? '1h',
      target: usualTarget,
      data: dataOf(world, load, index),
    })
    await client.create(externalSecretKind, object as ExternalSecret, { fieldManager: 'bench', signal })
  })
}

/** How many Secrets hold exactly what they should. */
export async function secretsAreRight(client: Client, world: World, load: Load): Promise<number> {
  let right = 0
  const { items } = await client.list<KubeObject & { data?: Record<string, string> }>(secretKind, {
    namespace: world.namespace,
    signal,
  })
  const byName = new Map(items.map((it) => [it.metadata.name, it.data ?? {}]))
  for (let index = 0; index < load.count; index++) {
    if (JSON.stringify(sorted(byName.get(nameOf(index)))) === JSON.stringify(expected(index, load.keys)))
      right++
  }
  return right
}

/** Runs `work` for 0..count-1, so many at a time. */
export async function eachOf(
  count: number,
  atATime: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}

/** The name of the ExternalSecret with this number. */
export function nameOf(index: number): string {
  return `load-${String(index).padStart(5, '0')}`
}

function* itemsOf(load: Load): Generator<readonly [number, number]> {
  for (let index = 0; index < load.count; index++) {
    for (let key = 0; key < load.keys; key++) yield [index, key]
  }
}

/** The full name of an item of the load. */
export function itemName(world: World, load: Load, index: number, key: number): string {
  const folder = load.folders === 'own' ? `${index}-${key}` : index % (load.folders ?? usualFolders)
  return `/${world.namespace}/folder-${folder}/item-${index}-${key}`
}

function valueOf(index: number, key: number): string {
  return `value-${index}-${key}`
}

function dataOf(world: World, load: Load, index: number): object[] {
  return Array.from({ length: load.keys }, (_, key) => ({
    secretKey: `key-${key}`,
    remoteRef: { key: itemName(world, load, index, key), ...usualRef },
  }))
}

function expected(index: number, keys: number): [string, string][] {
  return Array.from({ length: keys }, (_, key) => [
    `key-${key}`,
    Buffer.from(valueOf(index, key)).toString('base64'),
  ])
}

function sorted(data: Record<string, string> = {}): [string, string][] {
  return Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
