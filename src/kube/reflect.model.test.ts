import fc from 'fast-check'
import { expect, test } from 'vitest'
import { until } from '../../test/fakes/until.ts'
import { transportTo } from '../../test/fakes/watch-server/connection.ts'
import { History, wordOf } from '../../test/fakes/watch-server/history.ts'
import { startWatchServer } from '../../test/fakes/watch-server/watch-server.ts'
import { systemClock } from '../std/clock.ts'
import { createLog } from '../std/log.ts'
import { configMapKind } from './kind.ts'
import { compareResourceVersions, type KubeObject, keyOf } from './object.ts'
import { createReflector } from './reflect.ts'
import type { Sink } from './reflector.ts'

type Step = (history: History) => Promise<void> | void

const name = fc.constantFrom('a', 'b', 'c', 'd')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: name.map(
      (it): Step =>
        (history) =>
          history.put(it),
    ),
  },
  {
    weight: 4,
    arbitrary: name.map(
      (it): Step =>
        (history) =>
          history.remove(it),
    ),
  },
  {
    weight: 3,
    arbitrary: name.map(
      (it): Step =>
        (history) =>
          recreate(history, it),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.nat(8).map(
      (back): Step =>
        (history) =>
          history.replay(back),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((history) => history.bookmark()) },
  { weight: 1, arbitrary: fc.constant<Step>((history) => history.compact()) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('end', 'destroy', 'truncate', 'error').map(
      (how): Step =>
        (history) =>
          history.cut(how),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.nat(4).map(
      (ms): Step =>
        () =>
          new Promise((resolve) => setTimeout(resolve, ms)),
    ),
  },
)

function recreate(history: History, it: string): void {
  history.remove(it)
  history.put(it)
}

/** Holds the view that follows from the calls, and notes every call that a sink must never get. */
function strictSink() {
  const view = new Map<string, KubeObject>()
  const wrong: string[] = []
  const check = (object: KubeObject, atLeast: number) => {
    const old = view.get(keyOf(object.metadata))
    const order = compareResourceVersions(object.metadata.resourceVersion, old?.metadata.resourceVersion)
    if (order < atLeast) wrong.push(`${wordOf(object)} after ${old === undefined ? 'none' : wordOf(old)}`)
    if (old !== undefined && old.metadata.uid !== object.metadata.uid)
      wrong.push(`${wordOf(object)} without removal`)
  }
  const sink: Sink<KubeObject> = {
    replaced(objects) {
      for (const object of objects) check(object, 0)
      view.clear()
      for (const object of objects) view.set(keyOf(object.metadata), object)
    },
    updated(object) {
      check(object, 1)
      view.set(keyOf(object.metadata), object)
    },
    removed(object) {
      if (!view.delete(keyOf(object.metadata))) wrong.push(`${wordOf(object)} removed twice`)
    },
  }
  return { sink, view, wrong }
}

test('whatever happens to the connections, the view ends as the server is, and never goes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(step, { maxLength: 80, size: 'max' }),
      async (servesWatchList, steps) => {
        const history = new History({ servesWatchList })
        history.put('a')
        const server = await startWatchServer((call) => history.serve(call))
        const transport = transportTo(server.url)
        const { sink, view, wrong } = strictSink()
        const reflector = createReflector(
          { transport, clock: systemClock, random: Math.random },
          { selection: { kind: configMapKind }, sink, log: createLog('silent') },
          { backoffInitialMs: 1, backoffMaxMs: 3, shortWatchMs: 1, pageSize: 2 },
        )
        reflector.start()

        await reflector.synced
        for (const act of steps) await act(history)
        await until(() => expect([...view.values()].map(wordOf).sort()).toEqual(history.words), 2)

        expect(wrong).toEqual([])
        await reflector.stop()
        await transport.close()
        await server.close()
      },
    ),
    { numRuns: 100 },
  )
}, 60_000)
