import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { eventually } from './eventually.ts'

/** Longer than all other scenes together. */
const patienceMs = 540_000

/**
 * Scenes that measure memory have the machine to themselves, one after the other; one that only waits gives its turn
 * to the next. Disposed of twice it is given away once.
 */
export async function takeTurn(cluster: Pick<ClusterFacts, 'directory'>): Promise<AsyncDisposable> {
  const lock = join(cluster.directory, 'turn')
  const take = () =>
    mkdir(lock).then(
      () => true,
      () => false,
    )
  await eventually('the machine is free for a measurement', take, patienceMs)
  let isMine = true
  return {
    async [Symbol.asyncDispose]() {
      if (isMine) await rm(lock, { recursive: true })
      isMine = false
    },
  }
}
