import { afterEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { until } from '../../test/fakes/until.ts'
import { transportTo } from '../../test/fakes/watch-server/connection.ts'
import { startWatchServer } from '../../test/fakes/watch-server/watch-server.ts'
import { systemClock } from '../std/clock.ts'
import { createReadyBell, type ReadyBellTiming } from './ready-bell.ts'
import type { ReflectorState } from './reflector.ts'

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

async function bellBefore(statuses: readonly number[], timing: Partial<ReadyBellTiming> = {}) {
  const server = await startWatchServer((call) =>
    call.json(statuses[call.index] ?? statuses.at(-1) ?? 200, {}),
  )
  const transport = transportTo(server.url)
  const bell = createReadyBell(
    { transport, clock: systemClock },
    { pollMs: 10, slowestPollMs: 40, ...timing },
  )
  cleanUps.push(async () => {
    await bell.stop()
    await transport.close()
    await server.close()
  })
  return { bell, server }
}

function countingSleeper(state: ReflectorState) {
  const sleeper = {
    state,
    woken: 0,
    wake() {
      sleeper.woken += 1
      sleeper.state = 'live'
    },
  }
  return sleeper
}

test('every sleeper is woken when the server is ready again', async () => {
  const { bell, server } = await bellBefore([500, 500, 200])
  const broken = countingSleeper('broken')
  const absent = countingSleeper('absent')
  bell.add(broken)
  bell.add(absent)

  bell.failed()
  await until(() => expect(broken.woken).toBe(1))

  expect(absent.woken).toBe(1)
  expect(server.calls.map((it) => it.path)).toEqual(['/readyz', '/readyz', '/readyz'])
})

test('nobody is asked when nothing is broken', async () => {
  const { bell, server } = await bellBefore([200])
  bell.add(countingSleeper('live'))

  bell.failed()
  await new Promise((resolve) => setTimeout(resolve, 50))

  expect(server.calls).toEqual([])
})

test('a server that was ready all along wakes nobody, and is asked ever less often', async () => {
  const { bell, server } = await bellBefore([200], { slowestPollMs: 10_000 })
  const broken = countingSleeper('broken')
  bell.add(broken)

  bell.failed()
  await new Promise((resolve) => setTimeout(resolve, 400))

  expect(broken.woken).toBe(0)
  expect(server.calls.length).toBeLessThan(8)
})

test('who fails while the server is asked seldom, for one that stays broken, is woken all the same', async () => {
  const clock = new ManualClock()
  let status = 200
  const server = await startWatchServer((call) => call.json(status, {}))
  const transport = transportTo(server.url)
  const bell = createReadyBell({ transport, clock })
  cleanUps.push(async () => {
    await bell.stop()
    await transport.close()
    await server.close()
  })
  const asked = async (times: number) => {
    await until(() => expect([server.calls.length, clock.timerCount]).toEqual([times, 1]))
  }
  const forbidden = { ...countingSleeper('broken'), wake: () => undefined }
  bell.add(forbidden)
  bell.failed()
  for (const [at, waitMs] of [1000, 2000, 4000, 8000].entries()) {
    await asked(at + 1)
    clock.advance(waitMs)
  }
  await asked(5)

  status = 500
  const broken = countingSleeper('broken')
  bell.add(broken)
  bell.failed()
  await asked(6)
  status = 200
  clock.advance(500)
  await until(() => expect(broken.woken).toBe(1))
})

test('a sleeper that left is not woken, and keeps nobody asking', async () => {
  const { bell, server } = await bellBefore([500])
  const leave = bell.add(countingSleeper('broken'))
  bell.failed()
  await until(() => expect(server.calls.length).toBeGreaterThan(1))

  leave()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const asked = server.calls.length
  await new Promise((resolve) => setTimeout(resolve, 50))

  expect(server.calls).toHaveLength(asked)
})

test('stop ends a question that is under way', async () => {
  const server = await startWatchServer(() => undefined)
  const transport = transportTo(server.url)
  const bell = createReadyBell({ transport, clock: systemClock })
  bell.add(countingSleeper('broken'))
  bell.failed()
  await until(() => expect(server.calls).toHaveLength(1))
  const startedAtMs = performance.now()

  await bell.stop()

  expect(performance.now() - startedAtMs).toBeLessThan(500)
  bell.failed()
  await transport.close()
  expect(server.calls).toHaveLength(1)
  await server.close()
})
