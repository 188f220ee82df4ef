import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import type { Client } from '../../src/kube/client.ts'
import { secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { type AkeylessOptions, type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { eventually } from './eventually.ts'
import type { Room } from './room.ts'
import type { World } from './world.ts'

/** Everything around one store that fails: a Gateway of its own, an item, and an ExternalSecret that reads it. */
export interface Place {
  readonly name: string
  readonly akeyless: AkeylessStandIn
  /** The item's path. */
  readonly item: string
  /** Applies the store with other fields than those of a store that works. */
  restore(changes: object): Promise<void>
  /** Asks for a read now. */
  refresh(): Promise<void>
  /** The data of the Secret as text. */
  secret(): Promise<Readonly<Record<string, string>>>
  condition(type: string): Promise<Condition | undefined>
}

export interface Condition {
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** One fault of the provider: how it begins, and how its cause goes again. */
export interface Scene {
  readonly row: string
  readonly name: string
  readonly reason: string
  /** What the message says of the cause and of what to do. */
  readonly says: RegExp
  /** The Gateway, where it is not one like any other. */
  readonly gateway?: () => AkeylessOptions
  /** Fields of the store that works. */
  readonly store?: (akeyless: AkeylessStandIn) => object
  /** Brings the fault about, and gives what takes it back. */
  begin(place: Place): (() => unknown) | Promise<() => unknown>
}

/** What was to be seen of a scene. */
export interface Played {
  readonly before: Readonly<Record<string, string>>
  readonly during: Readonly<Record<string, string>>
  readonly after: Readonly<Record<string, string>>
  readonly failed: Condition
  readonly readyWhileFailing: Condition | undefined
}

export interface Stage {
  readonly client: Client
  readonly world: World
  readonly room: Room
}

const { signal } = new AbortController()
/** The deadline of a call is 30 s. */
const failsWithinMs = 60_000
/** Young failures are tried again after 5, 10 and 20 s. */
const healsWithinMs = 60_000

/** A value that must show nowhere but in its Secret. */
export function canaryOf(name: string): string {
  return `canary-${name}-${randomBytes(8).toString('hex')}`
}

/** Gives a scene its place, with the Secret in sync. The Gateway is the caller's to stop. */
export async function newPlace(
  { client, world, room }: Stage,
  name: string,
  options: {
    gateway?: AkeylessOptions
    store?: (akeyless: AkeylessStandIn) => object
    names?: readonly string[]
  } = {},
): Promise<Place> {
  const akeyless = await startAkeyless({ ...reviewing(world), ...options.gateway })
  openAccount(akeyless, room)
  const changes = { akeylessGWApiURL: akeyless.url, ...options.store?.(akeyless) }
  await room.apply(room.store(name, changes))
  for (const it of options.names ?? [name]) {
    akeyless.state.secret(room.item(it), { value: canaryOf(it) })
    await room.apply(
      room.externalSecret(it, { refreshInterval: '1h', data: dataOf(room.item(it)) }, { name }),
    )
  }
  for (const it of options.names ?? [name]) {
    await eventually(`${it} is synced`, () => room.isSynced(it), failsWithinMs)
  }
  return {
    name,
    akeyless,
    item: room.item(name),
    restore: (more) => room.apply(room.store(name, { ...changes, ...more })),
    refresh: () => refresh(room, name),
    secret: () => dataIn(client, room, name),
    condition: (type) => conditionOf(room, name, type),
  }
}

/** Asks for a read of one ExternalSecret now. */
export function refresh(room: Room, name: string): Promise<void> {
  const annotations = { 'force-sync': randomBytes(4).toString('hex') }
  return room.patch(externalSecretKind, name, { metadata: { annotations } })
}

/** The data of a Secret of the room as text; empty where there is none. */
export async function dataIn(
  client: Client,
  { namespace }: Room,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  type Secret = KubeObject & { readonly data?: Readonly<Record<string, string>> }
  const found = await client.find<Secret>(secretKind, { namespace, name }, { signal })
  const entries = Object.entries(found?.data ?? {})
  return Object.fromEntries(entries.map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]))
}

/** A condition of an ExternalSecret of the room. */
export async function conditionOf(room: Room, name: string, type: string): Promise<Condition | undefined> {
  return (await room.find(externalSecretKind, name))?.status?.conditions?.find((it) => it.type === type)
}

/** In sync, then the fault, then its end with another value to be had. */
export async function play(stage: Stage, scene: Scene, gateways: AkeylessStandIn[]): Promise<Played> {
  const gateway = scene.gateway?.()
  const place = await newPlace(stage, scene.name, {
    ...(gateway && { gateway }),
    ...(scene.store && { store: scene.store }),
  })
  gateways.push(place.akeyless)
  const before = await place.secret()
  const end = await scene.begin(place)
  await place.refresh()
  const failed = await untilReason(place, scene.reason, failsWithinMs)
  const during = await place.secret()
  const ready = await place.condition('Ready')
  if (place.akeyless.state.items.get(place.item) !== undefined)
    place.akeyless.state.putSecret(place.item, canaryOf('after'))
  await end()
  await untilReason(place, 'Synced', healsWithinMs)
  return { before, during, after: await place.secret(), failed, readyWhileFailing: ready }
}

async function untilReason(place: Place, reason: string, withinMs: number): Promise<Condition> {
  let last: Condition | undefined
  const look = async () => {
    last = await place.condition('LastSyncSucceeded')
    return last?.reason === reason ? last : undefined
  }
  return eventually(`the last sync of ${place.name} is ${reason}`, look, withinMs).catch((cause: unknown) => {
    throw new Error(`The last sync of ${place.name} is not ${reason} but ${JSON.stringify(last)}`, { cause })
  })
}

/**
 * Rotates the item of a store that has no fault until `end`; how long each value took to arrive, in milliseconds. The
 * Gateway is the caller's to stop.
 */
export async function followSteady(
  stage: Stage,
  end: Promise<unknown>,
  gateways: AkeylessStandIn[],
): Promise<readonly number[]> {
  const place = await newPlace(stage, 'steady')
  gateways.push(place.akeyless)
  const over = new AbortController()
  void end.then(() => over.abort())
  const took: number[] = []
  for (let round = 0; !over.signal.aborted; round++) {
    const value = canaryOf(`round-${round}`)
    place.akeyless.state.putSecret(place.item, value)
    const started = performance.now()
    await place.refresh()
    await eventually('the new value is there', async () => (await place.secret())['value'] === value, 60_000)
    took.push(performance.now() - started)
    await sleep(200)
  }
  return took
}

function dataOf(key: string): object[] {
  return [{ secretKey: 'value', remoteRef: { key } }]
}

/** A Gateway that reviews the JWTs of the world's cluster. */
function reviewing({ akeyless }: World): AkeylessOptions {
  const { k8s } = akeyless.state
  return k8s === undefined ? {} : { k8s }
}

function openAccount({ state }: AkeylessStandIn, room: Room): void {
  state.k8sAuth({ accessId: 'p-app', config: 'test', boundServiceAccounts: ['app'] })
  state.role({ accessId: 'p-app', rules: [{ path: `/${room.namespace}/*`, capabilities: ['read', 'list'] }] })
}
