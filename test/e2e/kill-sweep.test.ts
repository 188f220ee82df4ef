import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import { violations } from '../manager/invariants.ts'
import { type Scene, scenes } from '../manager/kill-scenes.ts'
import { runKilled, runUndisturbed, type SweepDeps, type Undisturbed } from '../manager/kill-sweep.ts'
import type { Moment } from '../manager/kill-trap.ts'
import { type Lane, newLane } from '../manager/lane.ts'
import { recordSecrets, type SecretHistory } from '../manager/secret-history.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
/** A manager that starts keeps a core busy for a second. */
const laneCount = 4
let world: World
let bundle: Bundle
let connection: ReturnType<typeof connect>
let history: SecretHistory
let lanes: readonly Lane[] = []
const logs: string[] = []

beforeAll(async () => {
  world = await newWorld(cluster)
  bundle = await buildBundle()
  connection = connect(cluster)
  history = await recordSecrets(connection.transport)
  lanes = await Promise.all(Array.from({ length: laneCount }, () => newLane(cluster, world)))
})

afterAll(async () => {
  for (const it of [...lanes, history, connection, bundle, world]) await it?.[Symbol.asyncDispose]()
})

function depsOf(lane: Lane): SweepDeps {
  return {
    cluster,
    world,
    client: connection.client,
    lane,
    entry: bundle.entry,
    logged: (text) => logs.push(text),
  }
}

/** Does every piece of work on the first lane that is free. */
async function onAllLanes<T>(work: readonly T[], run: (it: T, lane: Lane) => Promise<void>): Promise<void> {
  const rest = [...work]
  const drive = async (lane: Lane) => {
    for (let it = rest.shift(); it !== undefined; it = rest.shift()) await run(it, lane)
  }
  // Whoever fails waits for the others, so that no manager outlives the test.
  const ends = await Promise.allSettled(lanes.map(drive))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

const wordsOf = (scene: Scene, moment: Moment | undefined) =>
  moment === undefined
    ? `${scene.name}, at once`
    : `${scene.name}, ${moment.when} ${moment.side} ${moment.name} #${moment.occurrence}`

describe('F1, F2, F4: a manager that is killed at any of its calls', () => {
  const undisturbed: Undisturbed[] = []
  const runs: { namespace: string; scene: Scene; words: string }[] = []

  test('makes each call of an undisturbed run a moment to die', async () => {
    await onAllLanes(scenes, async (scene, lane) => {
      undisturbed.push(await runUndisturbed(scene, depsOf(lane)))
    })

    for (const { scene, moments } of undisturbed)
      console.log(
        JSON.stringify({
          scene: scene.name,
          moments: moments.filter((it) => it.when === 'before').map((it) => `${it.name} #${it.occurrence}`),
        }),
      )
    expect(undisturbed).toHaveLength(scenes.length)
  })

  test('is followed by one that ends where the undisturbed run ended', async () => {
    const work = undisturbed.flatMap((run) => {
      const atOnce = run.scene.act === undefined ? [] : [undefined]
      return [...atOnce, ...run.moments].map((moment) => ({ run, moment }))
    })
    const failures: string[] = []
    const startedAtMs = Date.now()

    await onAllLanes(work, async ({ run, moment }, lane) => {
      const words = wordsOf(run.scene, moment)
      try {
        const namespace = await runKilled(run, moment, depsOf(lane))
        runs.push({ namespace, scene: run.scene, words })
      } catch (error) {
        failures.push(`${words}: ${error instanceof Error ? error.message : 'unknown'}`)
        console.log(failures.at(-1))
      }
    })
    console.log(JSON.stringify({ killed: work.length, seconds: (Date.now() - startedAtMs) / 1000 }))

    expect(failures).toEqual([])
  })

  test('and no Secret was written twice', () => {
    for (const { namespace, scene, words } of runs) {
      for (const [name, expected] of Object.entries(scene.revisions)) {
        const seen = history.of(namespace, name).map((it) => it.type)
        expect(seen, `${words}: ${name}`).toEqual(expected)
      }
    }
  })

  test('and the invariants hold over the history of all runs', async () => {
    const sceneOf = new Map(runs.map((it) => [it.namespace, it.scene]))
    const found = violations({
      secrets: history.revisions.filter((it) => sceneOf.has(it.namespace)),
      given: ({ namespace }) => ({
        values: sceneOf.get(namespace)?.values ?? [],
        items: ['user', 'password'].map((it) => `/${namespace}/${it}`),
      }),
      calls: world.akeyless.calls.all,
      requests: new Map([['keyferry', await requestsOf(cluster, `${world.namespace}:keyferry`)]]),
      namespaces: new Set([...undisturbed, ...runs].map((it) => it.namespace)),
      shown: { logs: logs.join('') },
      canaries: scenes.flatMap((it) => it.values.flatMap((values) => Object.values(values))),
      // Two syncs by two managers, and one batch that may have been broken off.
      reads: { items: runs.map((it) => `/${it.namespace}/user`), most: 5 },
    })

    expect(history.revisions.length).toBeGreaterThan(runs.length)
    expect(found).toEqual([])
  })
})
