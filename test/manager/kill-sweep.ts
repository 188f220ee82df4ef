import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Client } from '../../src/kube/client.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { callName, namedCalls } from './call-name.ts'
import { eventually } from './eventually.ts'
import { furnish, type Scene } from './kill-scenes.ts'
import { type Moment, Trap } from './kill-trap.ts'
import type { Lane } from './lane.ts'
import { type ManagerProcess, startManager } from './manager-process.ts'
import { newRoom, type Room } from './room.ts'
import type { World } from './world.ts'

export interface SweepDeps {
  /** Takes everything that a manager logged. */
  readonly logged: (text: string) => void
  readonly cluster: ClusterFacts
  readonly world: World
  readonly client: Client
  readonly lane: Lane
  readonly entry: string
}

/** A run of a scene without any fault: its calls, and what it leaves. */
export interface Undisturbed {
  readonly scene: Scene
  readonly namespace: string
  readonly moments: readonly Moment[]
  readonly outcome: object
}

/** Some managers have to start first, with many others beside them. */
const metMs = 45_000
/** The garbage collector looks for new kinds every 30 s only. */
const convergedMs = 45_000

/** Runs a scene to its end and lists every moment at which it could have been killed. */
export async function runUndisturbed(scene: Scene, deps: SweepDeps): Promise<Undisturbed> {
  const { lane, world } = deps
  const room = await furnished(deps)
  const { namespace } = room
  let from = lengths(lane)
  await using manager = await startThroughLane(deps, room)
  if (scene.act !== undefined) {
    await firstSync(room)
    await toldOf(room, lane)
    await lane.quiet(500)
    from = lengths(lane)
    await scene.act(room, world)
  }
  await eventually(`${scene.name} is over`, () => scene.isOver(room), convergedMs)
  await lane.quiet(500)
  const outcome = await room.outcome()
  const moments = (['api', 'gateway'] as const).flatMap((side) =>
    namedCalls(lane[side].requests.slice(from[side]), namespace).flatMap((call) =>
      (['before', 'after'] as const).map((when) => ({ ...call, side, when })),
    ),
  )
  await end(manager, deps)
  return { scene, namespace, moments, outcome }
}

async function end(manager: ManagerProcess, { logged }: SweepDeps): Promise<void> {
  await manager.end('SIGKILL')
  logged(await readFile(manager.logFile, 'utf8'))
}

async function firstSync(room: Room): Promise<void> {
  await eventually('the first sync is over', () => room.isSynced('demand'), convergedMs).catch(
    async (cause: unknown) => {
      throw new Error(`No first sync: ${JSON.stringify(await room.outcome())}`, { cause })
    },
  )
}

/** Events come after what they tell of, one of the store and one of the sync: the calls of an act begin after them. */
async function toldOf({ namespace }: Room, { api }: Lane): Promise<void> {
  const name = 'POST /apis/events.k8s.io/v1/namespaces/NAMESPACE/events'
  const told = () => api.requests.filter((it) => callName(it, namespace) === name)
  await eventually('the Events of the first sync', () => told().length >= 2)
}

function lengths({ api, gateway }: Lane): Record<Moment['side'], number> {
  return { api: api.requests.length, gateway: gateway.requests.length }
}

async function furnished({ client, world, lane }: SweepDeps): Promise<Room> {
  const room = await newRoom(client, world, 'sweep')
  await furnish(room, world, lane.gateway.url)
  return room
}

function startThroughLane(deps: SweepDeps, room: Room, awaitReady = true): Promise<ManagerProcess> {
  const { cluster, world, entry, lane } = deps
  const args = ['--namespace', room.namespace, '--controller-class', world.controllerClass]
  return startManager(cluster, { entry, args, token: world.managerToken, server: lane.server, awaitReady })
}

/**
 * Runs a scene, kills the manager at a moment and lets another one take over. Gives the namespace of the run; throws
 * when the moment never came or the successor did not end where the undisturbed run did.
 */
export async function runKilled(
  { scene, outcome }: Undisturbed,
  moment: Moment | undefined,
  deps: SweepDeps,
): Promise<string> {
  const room = await furnished(deps)
  await killAt(scene, moment, room, deps)
  await using successor = await startThroughLane(deps, room)
  let last: object = {}
  await eventually(
    'the successor leaves what the undisturbed run left',
    async () => isDeepStrictEqual((last = await room.outcome()), outcome),
    convergedMs,
  ).catch((cause: unknown) => {
    throw new Error(`It left ${JSON.stringify(last)} and not ${JSON.stringify(outcome)}`, { cause })
  })
  await deps.lane.quiet(200)
  await end(successor, deps)
  return room.namespace
}

/** Without a moment the manager dies as soon as the scene begins. */
async function killAt(scene: Scene, moment: Moment | undefined, room: Room, deps: SweepDeps): Promise<void> {
  const { lane, world } = deps
  const trap = new Trap(moment, room.namespace)
  const { act } = scene
  if (act === undefined) trap.arm(lane)
  await using manager = await startThroughLane(deps, room, act !== undefined)
  trap.victim = manager
  if (act !== undefined) {
    await firstSync(room)
    await toldOf(room, lane)
    await lane.quiet(100)
    trap.arm(lane)
    await act(room, world)
  }
  if (moment === undefined) await manager.end('SIGKILL')
  else await untilMet(moment, trap, () => isPast(scene, room, lane))
  trap.disarm()
  await end(manager, deps)
}

/**
 * A slow run has a status more, which tells that it is under way: where a repeated call was that of a slow run only, a
 * quick one dies at its end.
 */
async function untilMet(moment: Moment, trap: Trap, isOver: () => Promise<boolean>): Promise<void> {
  const isMet = async () => trap.hasHit || (moment.occurrence > 0 && (await isOver()))
  await eventually('the moment comes', isMet, metMs)
}

async function isPast(scene: Scene, room: Room, lane: Lane): Promise<boolean> {
  if (!(await scene.isOver(room))) return false
  await lane.quiet(1000)
  return true
}
