import { Agent, get, request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../until.ts'
import { login, post } from './bare-client.ts'
import { type AkeylessStandIn, startAkeyless } from './stand-in.ts'

let akeyless: AkeylessStandIn
let token: string

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId: 'p-1', accessKey: 'made-up' })
  akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/*', capabilities: ['read'] }] })
  akeyless.state.secret('/a', { value: 'value of a' })
  token = await login(akeyless.url, 'p-1', 'made-up')
})
afterEach(() => akeyless.stop())

function read(name = '/a') {
  return post(akeyless.url, '/get-secret-value', { token, names: [name] })
}

/** Status, headers and as much of the body as came, with how the connection ended. */
function raw(
  untilBytes = Infinity,
): Promise<{ status: number; bytes: Buffer; ended: string; headers: object }> {
  const body = JSON.stringify({ token, names: ['/a'] })
  return new Promise((resolve) => {
    const sent = request(`${akeyless.url}/get-secret-value`, { method: 'POST', agent: false }, (answer) => {
      const chunks: Buffer[] = []
      const end = (ended: string) => {
        const { statusCode: status = 0, headers } = answer
        sent.destroy()
        resolve({ status, bytes: Buffer.concat(chunks), ended, headers })
      }
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (Buffer.concat(chunks).length >= untilBytes) end('enough')
      })
      answer.on('end', () => end('whole'))
      answer.on('error', () => end('cut'))
    })
    sent.on('error', () => resolve({ status: 0, bytes: Buffer.alloc(0), ended: 'reset', headers: {} }))
    sent.end(body)
  })
}

describe('a fault', () => {
  test('hits as often as it says, after what it lets pass, and only its command and item', async () => {
    akeyless.state.secret('/b', { value: 'value of b' })
    const fault = akeyless.state.fault({
      kind: 'status',
      status: 500,
      path: '/get-secret-value',
      name: '/a',
      skip: 1,
      times: 2,
    })

    const statuses = []
    for (const name of ['/b', '/a', '/b', '/a', '/a', '/a']) statuses.push((await read(name)).status)

    expect(statuses).toEqual([200, 200, 200, 500, 500, 200])
    expect(fault.hits).toBe(2)
    expect(akeyless.calls.all.filter((it) => it.fault === 'status')).toHaveLength(2)
  })

  test('lasts until it is removed', async () => {
    const fault = akeyless.state.fault({ kind: 'html' })

    const before = await read()
    fault.remove()
    const after = await read()

    expect([before.json, after.json]).toEqual([{}, { '/a': 'value of a' }])
  })
})

test.each([
  ['absent', /^null$/],
  ['seconds', /^7$/],
  ['date', /GMT$/],
] as const)('a throttled call is 429 with Retry-After as guessed: %s', async (retryAfter, form) => {
  akeyless.state.guesses = { ...akeyless.state.guesses, retryAfter }
  akeyless.state.fault({ kind: 'throttle', afterSeconds: 7 })

  const { status, headers } = await read()

  expect(status).toBe(429)
  expect(String(headers.get('retry-after'))).toMatch(form)
})

test('a status comes with its Retry-After', async () => {
  akeyless.state.fault({ kind: 'status', status: 503, retryAfter: '3' })

  const { status, headers } = await read()

  expect([status, headers.get('retry-after')]).toEqual([503, '3'])
})

test('a login page is 200 and HTML', async () => {
  akeyless.state.fault({ kind: 'html' })

  const { status, headers, text } = await read()

  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(text).toContain('<html>')
})

test('an empty answer is 200 without a body', async () => {
  akeyless.state.fault({ kind: 'empty' })

  const { status, text } = await read()

  expect([status, text]).toEqual([200, ''])
})

test('raw bytes come as they are, under the headers that go with them', async () => {
  akeyless.state.fault({ kind: 'raw', body: Buffer.of(0xff, 0x00), headers: { 'content-encoding': 'x' } })

  const { bytes, headers, ended } = await raw()

  expect([[...bytes], ended]).toEqual([[0xff, 0], 'whole'])
  expect(headers).toMatchObject({ 'content-encoding': 'x', 'content-type': 'application/json' })
})

test('malformed JSON is sent completely', async () => {
  akeyless.state.fault({ kind: 'malformed' })

  const { bytes, ended } = await raw()

  expect(ended).toBe('whole')
  expect(bytes.toString()).toBe('{"/a":"value of a"')
})

test('a true body comes under another content type', async () => {
  akeyless.state.fault({ kind: 'contentType', value: 'text/plain' })

  const { headers, text } = await read()

  expect([headers.get('content-type'), text]).toEqual(['text/plain', '{"/a":"value of a"}'])
})

test.each([false, true])('a truncated body ends with the connection (chunked: %s)', async (chunked) => {
  akeyless.state.fault({ kind: 'truncated', chunked })

  const { bytes, ended, headers } = await raw()

  expect(ended).toBe('cut')
  expect(bytes.length).toBe(9)
  expect(headers).toMatchObject(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': '19' })
})

test.each([301, 302, 303, 307, 308] as const)('a redirect %i points elsewhere', async (status) => {
  akeyless.state.fault({ kind: 'redirect', status, location: 'http://127.0.0.1:1/auth' })

  const answer = await read()

  expect([answer.status, answer.headers.get('location')]).toEqual([status, 'http://127.0.0.1:1/auth'])
})

test('latency delays the true answer', async () => {
  akeyless.state.fault({ kind: 'latency', ms: 150 })
  const started = performance.now()

  const { json } = await read()

  expect(performance.now() - started).toBeGreaterThan(140)
  expect(json).toEqual({ '/a': 'value of a' })
})

test('a slow drip sends byte by byte', async () => {
  akeyless.state.fault({ kind: 'drip', bytesPerSecond: 50 })
  const started = performance.now()

  const { bytes, ended } = await raw(6)

  expect(ended).toBe('enough')
  expect(bytes.length).toBe(6)
  expect(performance.now() - started).toBeGreaterThan(80)
})

test('a huge body goes on for as long as it is read', async () => {
  akeyless.state.fault({ kind: 'huge', bytes: 1_000_000_000_000 })

  const { bytes } = await raw(5_000_000)

  expect(bytes.length).toBeGreaterThanOrEqual(5_000_000)
})

test('a gzip bomb is small on the wire', async () => {
  akeyless.state.fault({ kind: 'gzipBomb', bytes: 10_000_000 })

  const { bytes, headers } = await raw()

  expect(headers).toMatchObject({ 'content-encoding': 'gzip' })
  expect(bytes.length).toBeLessThan(100_000)
  expect(gunzipSync(bytes).length).toBeGreaterThan(10_000_000)
})

test('a reset connection gives no answer', async () => {
  akeyless.state.fault({ kind: 'reset' })

  const { ended } = await raw()

  expect(ended).toBe('reset')
})

test('a hanging call never answers, and ends when the caller gives up or the stand-in stops', async () => {
  akeyless.state.fault({ kind: 'hang' })
  const gaveUp = fetch(`${akeyless.url}/x`, { method: 'POST', body: '{}', signal: AbortSignal.timeout(100) })
  await expect(gaveUp).rejects.toThrow('aborted')

  const waiting = fetch(`${akeyless.url}/x`, { method: 'POST', body: '{}' }).then(
    () => 'answered',
    () => 'cut',
  )
  await until(() => expect(akeyless.calls.count('/x')).toBe(2))
  await akeyless.stop()

  expect(await waiting).toBe('cut')
})

test('a token is revoked mid-flight', async () => {
  akeyless.state.fault({ kind: 'revokeToken', path: '/get-secret-value', times: 1 })

  const refused = await read()
  const still = await read()
  token = await login(akeyless.url, 'p-1', 'made-up')
  const again = await read()

  const { invalidTokenStatus } = akeyless.state.guesses
  expect([refused.status, still.status, again.status]).toEqual([invalidTokenStatus, invalidTokenStatus, 200])
})

test('a refused JWT needs no API server to be refused', async () => {
  const k8s = { host: 'https://127.0.0.1:1', caPem: '', reviewerToken: 'made-up' }
  akeyless.state.k8sAuth({ accessId: 'p-k8s', config: 'demo', k8s })
  const body = { 'access-id': 'p-k8s', 'access-type': 'k8s', 'k8s-auth-config-name': 'demo' }
  const sent = { ...body, 'k8s-service-account-token': 'a.b.c' }

  const unreachable = await post(akeyless.url, '/auth', sent)
  akeyless.state.fault({ kind: 'refuseJwt' })
  const refused = await post(akeyless.url, '/auth', sent)

  const { reviewFailedStatus, reviewRefusedStatus } = akeyless.state.guesses
  expect([unreachable.status, refused.status]).toEqual([reviewFailedStatus, reviewRefusedStatus])
  expect(akeyless.calls.of('/auth').at(-1)?.review?.authenticated).toBe(false)
})

test('connections are refused while it is down, open ones are cut, and it comes back on its port', async () => {
  const agent = new Agent({ keepAlive: true })
  const health = () =>
    new Promise<string>((resolve) => {
      const sent = get(`${akeyless.url}/health`, { agent }, (answer) => {
        answer.resume()
        answer.on('end', () => resolve('up'))
      })
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'down'))
    })

  const before = await health()
  await akeyless.down()
  const during = await health()
  await akeyless.up()
  const after = await health()
  agent.destroy()

  expect(before).toBe('up')
  expect(during).toMatch(/ECONNREFUSED|ECONNRESET/)
  expect(after).toBe('up')
})
