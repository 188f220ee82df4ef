import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { startManager } from '../manager/manager-process.ts'
import type { World } from '../manager/world.ts'
import { percentile, processFigures, round } from './figures.ts'

/** From the start of the process to `/readyz` 200 on a cluster without work, and its memory then. */
export interface StartUp {
  readonly readyMs: readonly number[]
  readonly medianMs: number
  readonly idleRssMb: number
  /** The floor: Node without a program. */
  readonly bareNodeRssMb: number
}

const runs = 5
const idleMs = 5000
const lookEveryMs = 5

/** Starts the bundle some times, one after the other, and lets it idle before its memory is read. */
export async function measureStartUp(cluster: ClusterFacts, world: World): Promise<StartUp> {
  const readyMs: number[] = []
  let idleRssMb = 0
  for (let run = 0; run < runs; run++) {
    const began = performance.now()
    await using manager = await startManager(cluster, {
      token: world.managerToken,
      entry: 'dist/keyferry.mjs',
      logLevel: 'info',
      awaitReady: false,
      args: ['--controller-class', `${world.controllerClass}-idle`],
    })
    await untilReady(manager.probeUrl)
    readyMs.push(round(performance.now() - began))
    if (run < runs - 1) continue
    await sleep(idleMs)
    idleRssMb = (await processFigures(manager.pid)).rssMb
  }
  return { readyMs, medianMs: percentile(readyMs, 0.5), idleRssMb, bareNodeRssMb: await bareNode() }
}

async function untilReady(probeUrl: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    const answer = await fetch(`${probeUrl}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(lookEveryMs)
  }
  throw new Error('the manager was not ready in 30 s')
}

async function bareNode(): Promise<number> {
  const node = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 10_000)'], { stdio: 'ignore' })
  await sleep(1000)
  const { rssMb } = await processFigures(node.pid ?? 0)
  node.kill()
  return rssMb
}
