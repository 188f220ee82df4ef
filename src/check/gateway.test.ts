import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { failure } from '../api/reason.ts'
import { parseServerUrl } from '../net/server-url.ts'
import { systemClock } from '../std/clock.ts'
import { ok } from './finding.ts'
import { checkGateway, type GatewayTarget } from './gateway.ts'
import { Legs } from './legs.ts'

const legs = new Legs({ clock: systemClock, timeoutMs: 5000, signal: new AbortController().signal })
const rules = { insecureLocalEndpoints: true, apiServerHosts: [] }
const words = { path: 'spec.url', server: 'gateway', instead: 'a Gateway', hostsFlag: '--hosts' }

function targetAt(url: string, changes: Partial<GatewayTarget> = {}): GatewayTarget {
  return {
    url: parseServerUrl(url, { rules, words }),
    rules,
    isProxied: false,
    findBase: () => Promise.resolve(`${url}/v2`),
    askClock: () => Promise.resolve(ok('in time')),
    ...changes,
  }
}

async function walked(target: GatewayTarget): Promise<readonly string[]> {
  const { findings } = await checkGateway(target, legs)
  return findings.map((it) => `${it.check} ${it.status}`)
}

/** A server that takes connections and says nothing. */
async function listening<T>(work: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  try {
    return await work(typeof address === 'object' && address !== null ? address.port : 0)
  } finally {
    server.close()
  }
}

test('a Gateway at a name is looked up, connected to and asked', async () => {
  const steps = await listening((port) => walked(targetAt(`http://localhost:${port}`)))

  expect(steps).toEqual(['dns ok', 'tcp ok', 'tls skipped', 'gateway ok', 'gateway-clock ok'])
})

test('behind a proxy only the proxy can tell of names and connections', async () => {
  const steps = await walked(targetAt('https://gw.example.com', { isProxied: true }))

  expect(steps).toEqual(['dns skipped', 'tcp skipped', 'tls skipped', 'gateway ok', 'gateway-clock ok'])
})

test('what comes after a leg that failed is skipped, and which one that was is given', async () => {
  const findBase = () => Promise.reject(failure('InvalidSpec', 'Cannot find the API'))
  const target = targetAt('https://gw.example.com', { isProxied: true, findBase })
  const { findings, brokenAt } = await checkGateway(target, legs)

  expect(brokenAt).toBe('gateway')
  expect(findings.at(-1)).toMatchObject({
    check: 'gateway-clock',
    status: 'skipped',
    message: 'gateway failed',
  })
})

test('a port that does not speak TLS fails there', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.0 400 no\r\n\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { findings } = await checkGateway(targetAt(`https://127.0.0.1:${port}`), legs)
  server.close()

  expect(findings.find((it) => it.check === 'tls')).toMatchObject({
    status: 'failed',
    message: expect.stringMatching(/^TLSFailure: Cannot trust gateway .*does not speak TLS/) as string,
  })
})
