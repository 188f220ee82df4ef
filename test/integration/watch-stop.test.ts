import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { configMapKind } from '../../src/kube/kind.ts'
import { createReadyBell } from '../../src/kube/ready-bell.ts'
import type { ReflectorTiming } from '../../src/kube/reflector-timing.ts'
import { systemClock } from '../../src/std/clock.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { answer, blackHole, delay, type Fault, pass, reset } from '../fakes/fault-proxy/fault.ts'
import { startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { transportTo } from '../fakes/watch-server/connection.ts'
import { follow, keepWriting } from './watch-harness.ts'

const cluster = sharedCluster()
const identity = { caPem: cluster.caPem, token: cluster.adminToken }

/** Sockets and timers that keep this process alive. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((it) => /TCP|TLS|Timeout|Immediate/.test(it))
}

const situations: readonly [string, Fault, Partial<ReflectorTiming>][] = [
  ['a server that works', pass, {}],
  ['a server without WatchList', answer(422), { pageSize: 1 }],
  ['a slow server', delay(30), {}],
  ['a black hole', blackHole, {}],
  ['a server that refuses', answer(503, { 'retry-after': '2' }), {}],
  ['a connection that breaks', reset('before'), {}],
]

test.each(situations)(
  'stop at any moment with %s leaves no socket, timer or call',
  async (_, fault, timing) => {
    const namespace = await newNamespace('watch-stop')
    const direct = transportTo(cluster.server, identity)
    const writing = keepWriting(direct, namespace, 2)
    await sleep(100)
    await using proxy = await startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem })
    proxy.on((it) => it.path.includes('sendInitialEvents'), fault)
    let late = 0

    for (let delayMs = 0; delayMs < 80; delayMs += 2) {
      const transport = transportTo(proxy.url, { caPem: proxy.caPem, token: cluster.adminToken })
      const bell = createReadyBell({ transport, clock: systemClock })
      const { reflector, recorder } = follow(
        { transport, bell },
        { kind: configMapKind, namespace },
        {
          backoffInitialMs: 10,
          safetyMs: 20,
          safetyPatienceMs: 200,
          ...timing,
        },
      )
      await sleep(delayMs)
      await Promise.all([reflector.stop(), bell.stop()])
      const calls = recorder.calls.length
      await transport.close()
      await sleep(2)
      late += recorder.calls.length - calls
    }
    await writing.stop()
    await direct.close()
    await proxy.close()

    expect(late).toBe(0)
    // The proxy is in this process too, and its last sockets need a moment.
    for (let round = 0; round < 60 && resources().length > 0; round += 1) await sleep(50)
    expect(resources()).toEqual([])
  },
)
