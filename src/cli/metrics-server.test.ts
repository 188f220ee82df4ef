import { Counter, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { createLog } from '../std/log.ts'
import { type MetricsServerDeps, metricsServer } from './metrics-server.ts'

function deps(flags: Partial<MetricsServerDeps['flags']>): MetricsServerDeps {
  const nobody = () => Promise.reject(new Error('nobody is asked'))
  return {
    flags: { metricsBindAddress: '127.0.0.1:0', metricsSecure: false, ...flags },
    registry: new Registry(),
    reviewer: { reviewToken: nobody, reviewAccess: nobody },
    signal: new AbortController().signal,
    clock: new ManualClock(),
    log: createLog('silent'),
  }
}

test.each([
  [{ metricsTlsCertFile: 'tls.crt' }, 'are for --metrics-secure'],
  [{ metricsTlsKeyFile: 'tls.key' }, 'are for --metrics-secure'],
  [{ metricsSecure: true, metricsTlsCertFile: 'tls.crt' }, 'belong together'],
  [{ metricsSecure: true, metricsTlsKeyFile: 'tls.key' }, 'belong together'],
])('flags that do not fit are refused: %j', (flags, words) => {
  expect(() => metricsServer(deps(flags))).toThrow(words)
})

test('files that cannot be used keep the manager from starting, by name', async () => {
  const files = { metricsTlsCertFile: 'none.crt', metricsTlsKeyFile: 'none.key' }
  const server = metricsServer(deps({ metricsSecure: true, ...files, metricsBindAddress: '127.0.0.1:1' }))

  await expect(server.start()).rejects.toThrow(
    'Cannot use file "none.crt" for /metrics: it cannot be read (ENOENT)',
  )
})

test('a server that is switched off makes no certificate and listens nowhere', async () => {
  const server = metricsServer(deps({ metricsSecure: true, metricsBindAddress: '0' }))
  await server.start()

  expect(server.port).toBeUndefined()
  await server.stop()
})

test('metrics are served one after the other, and read as prom-client writes them', async () => {
  const registry = new Registry()
  for (const name of ['first', 'second'])
    new Counter({ name, help: `the ${name}`, registers: [registry] }).inc(2)
  const server = metricsServer({ ...deps({}), registry })
  await server.start()

  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)

  expect(answer.headers.get('content-type')).toBe(registry.contentType)
  expect((await answer.text()).trimEnd()).toBe((await registry.metrics()).trimEnd())
  await server.stop()
})
