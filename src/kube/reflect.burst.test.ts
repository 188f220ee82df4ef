import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { transportTo } from '../../test/fakes/watch-server/connection.ts'
import { objectOf } from '../../test/fakes/watch-server/recorder.ts'
import { type EventStream, startWatchServer } from '../../test/fakes/watch-server/watch-server.ts'
import { systemClock } from '../std/clock.ts'
import { createLog } from '../std/log.ts'
import { configMapKind } from './kind.ts'
import { createReflector } from './reflect.ts'

const events = 100_000

test('a burst of 100,000 events leaves the event loop its turns', async () => {
  let stream: EventStream | undefined
  const server = await startWatchServer((call) => {
    stream = call.stream()
    stream.bookmark('1', 'initial-events-end')
  })
  const transport = transportTo(server.url)
  let updated = 0
  const sink = { replaced: () => undefined, removed: () => undefined, updated: () => void (updated += 1) }
  const reflector = createReflector(
    { transport, clock: systemClock, random: Math.random },
    { selection: { kind: configMapKind }, sink, log: createLog('silent') },
  )
  reflector.start()
  await reflector.synced
  const burst = linesOf(events)
  const lag = monitorEventLoopDelay({ resolution: 5 })
  lag.enable()

  for (const lines of burst) {
    stream?.raw(lines)
    await nextTurn()
  }
  await vi.waitFor(() => expect(updated).toBe(events), { timeout: 30_000 })
  lag.disable()

  // The bound is 200 ms; server and client share this process, and the machine is shared too.
  expect(lag.max / 1e6).toBeLessThan(600)
  await reflector.stop()
  await transport.close()
  await server.close()
}, 60_000)

/** Events of about 1 kB, as they would lie in the socket. */
function linesOf(count: number): Buffer[] {
  const data = { value: 'x'.repeat(800) }
  return Array.from({ length: count / 100 }, (_, block) => {
    const lines = Array.from({ length: 100 }, (_, at) => {
      const object = objectOf(`object-${at}`, block * 100 + at + 2, { data })
      return `${JSON.stringify({ type: 'MODIFIED', object })}\n`
    })
    return Buffer.from(lines.join(''))
  })
}
