import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'

let akeyless: AkeylessStandIn | undefined
let server: Server | undefined
let bench: ReturnType<typeof createBench> | undefined

afterEach(async () => {
  await bench?.close()
  await akeyless?.stop()
  server?.closeAllConnections()
  server?.close()
  ;[bench, akeyless, server] = [undefined, undefined, undefined]
})

async function start(bases: readonly string[]): Promise<AkeylessStandIn> {
  akeyless = await startAkeyless({ bases })
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  akeyless.state.secret('/a', { value: 'alpha' })
  return akeyless
}

/** A server that answers everything alike. */
async function startAlike(status: number, type: string, body: string): Promise<string> {
  const started = createServer((_request, response) =>
    response.writeHead(status, { 'content-type': type }).end(body),
  )
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`
}

describe('the base of a Gateway', () => {
  test.each([
    [['', '/v2', '/api/v2'], '', ''],
    [['/v2'], '', '/v2'],
    [['/api/v2'], '', '/api/v2'],
    [['/api/v2'], '/api', '/api/v2'],
    [['/api/v2'], '/api/v2', '/api/v2'],
    [['/api/v2'], '/api/v2/', '/api/v2'],
  ])('where %j are served and the URL ends in "%s" is "%s"', async (bases, path, expected) => {
    const { url, calls } = await start(bases)
    bench = createBench({ url: url + path })

    const values = await bench.read(bench.open(), '/a')

    expect(values).toEqual(['alpha'])
    expect(new Set(calls.of('/get-secret-value').map((it) => it.base))).toEqual(new Set([expected]))
  })

  test('is asked for once', async () => {
    const { url } = await start(['/api/v2'])
    const many = createBench({ url })
    bench = many

    await Promise.all(Array.from({ length: 50 }, () => many.read(many.open(), '/a')))

    expect(many.calls.filter((it) => it.startsWith('probe'))).toHaveLength(3)
  })

  test('that is not there is InvalidSpec that names what was tried', async () => {
    const { url } = await start(['/elsewhere'])
    bench = createBench({ url })

    await expect(bench.open().check(reading())).rejects.toThrow(
      /no Akeyless API answers under "\/", "\/v2\/", "\/api\/v2\/"/,
    )
  })

  test('that moves is found again', async () => {
    const given = await start(['/v2'])
    bench = createBench({ url: given.url })
    await bench.read(bench.open(), '/a')
    Object.assign(given.state, { bases: ['/api/v2'] })

    await bench.read(bench.open(), '/a')

    expect(await bench.read(bench.open(), '/a')).toEqual(['alpha'])
  })

  test('that answered before and is away is an outage, not a wrong spec', async () => {
    const given = await start(['/v2'])
    bench = createBench({ url: given.url })
    await bench.read(bench.open(), '/a')
    Object.assign(given.state, { bases: [] })

    const first = await bench.read(bench.open(), '/a')
    const second = await bench.reasonOf(bench.read(bench.open(), '/a'))
    Object.assign(given.state, { bases: ['/v2'] })

    expect([first, second]).toEqual([['UnexpectedResponse'], 'UnexpectedResponse'])
    expect(await bench.read(bench.open(), '/a')).toEqual(['alpha'])
  })

  test.each([
    [404, 'text/plain', '404 page not found', 'InvalidSpec'],
    [404, 'application/json', '{"error":"unknown command"}', 'InvalidSpec'],
    [200, 'text/html', '<html>', 'UnexpectedResponse'],
    [503, 'text/html', '<html>', 'GatewayUnreachable'],
    [429, 'application/json', '{}', 'Throttled'],
  ])('on a server that answers all with %s %s is not found', async (status, type, body, reason) => {
    bench = createBench({ url: await startAlike(status, type, body) })

    expect(await bench.reasonOf(bench.open().check(reading()))).toBe(reason)
  })
})

test('Kubernetes auth at the public service is refused when the store is opened', () => {
  bench = createBench({ url: 'https://api.akeyless.io' })
  const kubernetesAuth = { accessID: accessId, k8sConfName: 'prod', serviceAccountRef: { name: 'app' } }

  expect(() => bench?.open({ authSecretRef: { kubernetesAuth } })).toThrow(
    /cannot review a JWT of this cluster/,
  )
})
