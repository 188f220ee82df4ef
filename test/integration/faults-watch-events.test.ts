import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubeObject } from '../../src/kube/object.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { type Piece, whole } from '../fakes/fault-proxy/fault.ts'
import { eventually } from '../manager/eventually.ts'
import { type FaultBench, startFaultBench } from '../manager/fault-bench.ts'
import { hurriedClock } from '../manager/hurried-clock.ts'
import type { Room } from '../manager/room.ts'
import { type Taps, tapWatches } from '../manager/watch-taps.ts'
import { poke, prepare, type WatchedChange, watchedChanges } from '../manager/watched-changes.ts'

const cluster = sharedCluster()
/** All are at work at once, and all of the cluster is listed every second. */
const withinMs = 30_000
let bench: FaultBench
let taps: Taps

beforeAll(async () => {
  const kinds = watchedChanges.map((it) => it.kind.plural)
  bench = await startFaultBench(cluster, {
    clock: hurriedClock(),
    before: (proxy) => (taps = tapWatches(proxy, kinds)),
  })
})

afterAll(() => bench?.[Symbol.asyncDispose]())

/** One of Sieve's patterns: what is sent in place of the event that tells of a change; `before` is the one before it. */
interface Pattern {
  readonly row: string
  readonly name: string
  readonly edit: (line: string, before: string) => readonly Piece[]
}

const patterns: readonly Pattern[] = [
  { row: 'F5', name: 'missed', edit: () => [] },
  { row: 'F6', name: 'doubled', edit: (line) => [whole(line), whole(line)] },
  { row: 'F6', name: 'followed by the one before it', edit: (line, before) => [whole(line), whole(before)] },
  { row: 'F7', name: 'late by a second', edit: (line) => [{ kind: 'wait', ms: 1000 }, whole(line)] },
]

/** Bites once, at the next event of its object after it was armed. */
class Bite {
  isArmed = false
  met = 0
  #before: string | undefined

  constructor(plural: string, isIt: (object: KubeObject) => boolean, edit: Pattern['edit']) {
    taps.on(plural, ({ object }, line) => {
      if (!isIt(object)) return undefined
      const before = this.#before ?? line
      this.#before = line
      if (!this.isArmed || this.met > 0) return undefined
      this.met += 1
      return edit(line, before)
    })
  }
}

async function changedUnder(change: WatchedChange, { edit }: Pattern): Promise<{ room: Room; bite: Bite }> {
  const { world } = bench
  const room = await bench.newRoom()
  const name = change.name(room)
  const isIt = ({ metadata }: KubeObject) =>
    metadata.name === name && (!change.kind.namespaced || metadata.namespace === room.namespace)
  const bite = new Bite(change.kind.plural, isIt, edit)
  await prepare(change, room, world)
  await room.reason('demand', change.reasonBefore, 'Ready', withinMs)
  // Our own writes of before are on their way, too.
  await sleep(300)
  bite.isArmed = true
  await change.change(room, world)
  const isThere = async () => {
    if (JSON.stringify(await room.secret('demand')) === JSON.stringify(change.data)) return true
    await poke(change, room, bench.client)
    await sleep(200)
    return false
  }
  await eventually('the change comes through', isThere, withinMs)
  return { room, bite }
}

for (const pattern of patterns) {
  for (const change of watchedChanges) {
    const title = `${pattern.row}: an event of ${change.kind.plural} that is ${pattern.name}`
    test.concurrent(`${title} makes no difference in the end, and no further write`, async () => {
      const { room, bite } = await changedUnder(change, pattern)

      await room.reason('demand', 'Synced', 'Ready', withinMs)
      await bench.history.reachNow(room.namespace, 'demand')
      expect(bench.history.of(room.namespace, 'demand').map((it) => it.type)).toEqual(change.revisions)
      expect(bite.met).toBe(1)
    })
  }
}

test('F5: what was missed is counted', async () => {
  expect(
    await bench.manager.metric('keyferry_watch_failures_total', { cause: 'LOST_EVENT' }),
  ).toBeGreaterThan(0)
})
