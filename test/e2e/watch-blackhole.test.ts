import { expect, test, vi } from 'vitest'
import { configMapKind } from '../../src/kube/kind.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { transportTo } from '../fakes/watch-server/connection.ts'
import { converged, follow, writerTo } from '../integration/watch-harness.ts'

vi.setConfig({ testTimeout: 600_000 })

test('F10: with the times of the product a quiet watch is no failure, and a black hole is found within 90 s', async () => {
  const cluster = sharedCluster()
  const namespace = await newNamespace('watch-blackhole')
  const direct = transportTo(cluster.server, { caPem: cluster.caPem, token: cluster.adminToken })
  await using proxy = await startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem })
  const transport = transportTo(proxy.url, { caPem: proxy.caPem, token: cluster.adminToken })
  const it = follow({ transport }, { kind: configMapKind, namespace })
  await it.reflector.synced

  await new Promise((resolve) => setTimeout(resolve, 130_000))
  expect(it.recorder.notes).toEqual([expect.stringMatching('listed'), 'state live'])
  expect(proxy.requests.length).toBeLessThan(4)
  expect(proxy.requests.filter((request) => request.path.includes('limit='))).toEqual([])

  proxy.freeze()
  const frozenAtMs = performance.now()
  await vi.waitFor(() => expect(it.reflector.state).toBe('broken'), { timeout: 120_000, interval: 100 })
  const deadAfterMs = performance.now() - frozenAtMs
  process.stdout.write(`black hole declared dead after ${Math.round(deadAfterMs)} ms\n`)
  expect(deadAfterMs).toBeLessThan(90_000)

  proxy.thaw()
  await writerTo(direct, namespace).create('after')
  await converged(it, direct, 60_000)
  await it.reflector.stop()
  await Promise.all([transport.close(), direct.close()])
})
