import { newWorld, type World } from '../manager/world.ts'
import { measureChurn } from './churn.ts'
import { round } from './figures.ts'
import { type FirstSync, measureFirstSync, type Stage } from './first-sync.ts'
import { measureFloor } from './floor-process.ts'
import { measureIssuer } from './issuer.ts'
import { createLoad, type Load, secretsAreRight } from './load.ts'
import type { Operator, RunningOperator } from './operator.ts'
import { measureRefresh } from './refresh.ts'
import { eventEndpoint, labelling, measureRotation } from './rotation.ts'
import type { SceneOptions } from './scene-options.ts'
import { measureStartUp } from './start-up.ts'

export const sceneNames = ['first-sync', 'refresh', 'rotation', 'churn', 'start', 'issuer'] as const
export type Scene = (typeof sceneNames)[number]

const rotations = 300
const intervalSamples = 100
const labelsPerSecond = 20

/** What can be measured, each on a cluster of its own. */
export function createScenes(options: SceneOptions): Record<Scene, (load: Load) => Promise<object>> {
  return {
    'first-sync': (load) => firstSync(load, options),
    refresh: (load) => refresh({ ...load, refreshInterval: '1m' }, options),
    rotation: (load) => rotation(load, options),
    churn: (load) => churn(load, options),
    start: () => inWorld(options, (world) => measureStartUp(options.cluster, world)),
    issuer: ({ count }) => measureIssuer(count, options),
  }
}

async function inWorld<T>(options: SceneOptions, work: (world: World) => Promise<T>): Promise<T> {
  await using world = await newWorld(options.cluster, { latencyMs: options.latencyMs })
  // Awaited here: the world ends with this function.
  return await work(world)
}

/** Seeds a load and lets an operator sync it first. */
function synced(
  load: Load,
  options: SceneOptions,
  after: (stage: Stage, running: RunningOperator) => Promise<void>,
  operator = options.operator,
): Promise<FirstSync & { readonly secretsRight: number }> {
  return inWorld(options, async (world) => {
    const { cluster, client, say } = options
    say(`creating ${load.count} ExternalSecrets with ${load.keys} keys each`)
    await createLoad(client, world, load)
    const stage = { cluster, world, client, load }
    say('first sync')
    let secretsRight = 0
    const sync = await measureFirstSync(stage, operator, async (running) => {
      secretsRight = await secretsAreRight(client, world, load)
      await after(stage, running)
    })
    return { ...sync, secretsRight }
  })
}

async function firstSync(load: Load, options: SceneOptions): Promise<object> {
  const sync = await synced(load, options, async () => {})
  options.say(`${sync.secretsRight} of ${load.count} Secrets are right; measuring the floor`)
  await options.cluster.kubectl('create', 'namespace', 'floor')
  const floor = await measureFloor(options.cluster, 'floor', load)
  return { ...sync, floor, ratioToFloor: round(sync.seconds / floor.seconds) }
}

async function refresh(load: Load, options: SceneOptions): Promise<object> {
  let result = {}
  await synced(load, options, async (stage) => {
    result = await measureRefresh(stage, options.say)
  })
  return result
}

/** By events with others at work, then by an interval of ten seconds. */
async function rotation(load: Load, options: SceneOptions): Promise<object> {
  await using endpoint = await eventEndpoint()
  const result: Record<string, unknown> = {}
  const { operator } = options
  const listening: Operator = {
    name: operator.name,
    start: (cluster, world) => operator.start(cluster, world, endpoint.args),
  }
  if (operator.name === 'keyferry') {
    await synced(
      load,
      options,
      async (stage) => {
        options.say(`rotating ${rotations} items, by events`)
        const others = labelling(stage, labelsPerSecond)
        result['byEvent'] = await measureRotation(stage, rotations, (items) => endpoint.tell(items))
        others.stop()
      },
      listening,
    )
  }
  await synced({ ...load, refreshInterval: '10s' }, options, async (stage) => {
    options.say(`rotating ${intervalSamples} items, found by an interval of 10 s`)
    result['byInterval10s'] = await measureRotation(stage, Math.min(intervalSamples, load.count), undefined)
  })
  return result
}

async function churn(load: Load, options: SceneOptions): Promise<object> {
  let result = {}
  await synced(load, options, async (stage, running) => {
    options.say(`${options.events} watch events`)
    result = await measureChurn(stage, running, options.events, options.say)
  })
  return result
}
