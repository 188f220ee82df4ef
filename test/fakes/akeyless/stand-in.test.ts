import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import type { TLSSocket } from 'node:tls'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { login, post } from './bare-client.ts'
import { wordsOf } from './calls.ts'
import { selfSigned } from './certificates.ts'
import { alternatives, type Guesses } from './guesses.ts'
import { handle } from './handler.ts'
import { startAkeyless } from './stand-in.ts'
import { AkeylessState } from './state.ts'

describe('the base', () => {
  test.each([
    [undefined, '/auth', 400, 'application/json'],
    [undefined, '/v2/auth', 400, 'application/json'],
    [undefined, '/api/v2/auth', 400, 'application/json'],
    [['/api/v2'], '/api/v2/auth', 400, 'application/json'],
    [['/api/v2'], '/v2/auth', 404, 'text/plain; charset=utf-8'],
    [['/api/v2'], '/auth', 404, 'text/plain; charset=utf-8'],
    [[''], '/v2/auth', 404, 'text/plain; charset=utf-8'],
    [['/v2'], '/v2/nonsense', 404, 'application/json'],
  ])('with %j, %s answers %i %s', async (bases, path, status, contentType) => {
    await using akeyless = await startAkeyless(bases === undefined ? {} : { bases })

    const answer = await post(akeyless.url, path, '')

    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, contentType])
  })

  test('a wrong one and an unknown command are told apart', async () => {
    await using akeyless = await startAkeyless({ bases: ['/v2'] })

    const wrong = await post(akeyless.url, '/auth', {})
    const unknown = await post(akeyless.url, '/v2/x', {})

    expect(wrong.text).toBe('404 page not found\n')
    expect(unknown.json).toEqual({ error: "unknown command 'x'" })
  })
})

test.each(['', 'nonsense', '[]', 'null', '{"names":1}'])('the body %j is a bad request', async (body) => {
  await using akeyless = await startAkeyless()

  const { status, json } = await post(akeyless.url, '/get-secret-value', body)

  expect(status).toBe(400)
  expect(json['error']).toMatch(/^invalid request body: /)
})

test('the public service has no Kubernetes auth and no commands of a Gateway', async () => {
  await using akeyless = await startAkeyless({ mode: 'public' })
  const body = { 'access-id': 'p-1', 'access-type': 'k8s', 'k8s-auth-config-name': 'demo' }

  const auth = await post(akeyless.url, '/auth', { ...body, 'k8s-service-account-token': 'a.b.c' })
  const rotate = await post(akeyless.url, '/gateway-rotate-secret', { name: '/a' })

  const { gatewayOnlyStatus } = akeyless.state.guesses
  expect([auth.status, rotate.status]).toEqual([gatewayOnlyStatus, gatewayOnlyStatus])
  expect(rotate.json['error']).toBe("command is not available on public gateway 'gateway-rotate-secret'")
})

test('health is told', async () => {
  await using akeyless = await startAkeyless()

  const well = await fetch(`${akeyless.url}/health`)
  akeyless.state.healthy = false
  const ill = await fetch(`${akeyless.url}/health`)

  expect([well.status, await well.text(), ill.status]).toEqual([200, 'Health Check Ok', 503])
  await ill.text()
})

test('HTTPS is served with the certificate given, and with another one after a change', async () => {
  const [first, second] = [await selfSigned('first'), await selfSigned('second')]
  await using akeyless = await startAkeyless({ tls: first })
  const peer = (ca: string) =>
    new Promise<string>((resolve, reject) => {
      const sent = request(`${akeyless.url}/health`, { ca, agent: false }, (answer) => {
        resolve(new X509Certificate((answer.socket as TLSSocket).getPeerCertificate().raw).subject)
        answer.resume()
      })
      sent.on('error', reject)
      sent.end()
    })

  const before = await peer(first.certificatePem)
  akeyless.setCertificate(second)
  const after = await peer(second.certificatePem)

  expect(akeyless.url).toMatch(/^https:/)
  expect([before, after]).toEqual(['CN=first', 'CN=second'])
  await expect(peer(first.certificatePem)).rejects.toThrow('certificate')
})

test('calls are recorded, told and said in words, without anything secret', async () => {
  const told: string[] = []
  await using akeyless = await startAkeyless({ onCall: (call) => told.push(wordsOf(call)) })
  akeyless.state.accessKey({ accessId: 'p-1', accessKey: 'canary-key' })
  akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/*', capabilities: ['read'] }] })
  akeyless.state.secret('/a', { value: 'canary-value' })

  const token = await login(akeyless.url, 'p-1', 'canary-key')
  await post(akeyless.url, '/v2/get-secret-value', { token, names: ['/a', '/b'] })
  await post(akeyless.url, '/describe-item', { token, name: '/a' })

  const record = JSON.stringify(akeyless.calls.all)
  expect(akeyless.calls.byPath()).toEqual({ '/auth': 1, '/get-secret-value': 1, '/describe-item': 1 })
  expect([akeyless.calls.count(), akeyless.calls.count('/auth')]).toEqual([3, 1])
  expect(akeyless.calls.of('/get-secret-value')[0]).toMatchObject({
    base: '/v2',
    accessId: 'p-1',
    tokenId: 'tok-1',
    names: ['/a', '/b'],
  })
  expect(told[0]).toBe(`login by p-1: ${akeyless.state.guesses.authStatus}`)
  expect(told[2]).toBe('description of /a read by p-1: 200')
  for (const secret of ['canary-key', 'canary-value', token]) {
    expect(record).not.toContain(secret)
    expect(told.join()).not.toContain(secret)
  }
})

describe('under any guess', () => {
  const guesses = fc.record(
    Object.fromEntries(
      Object.entries(alternatives).map(([name, answers]) => [name, fc.constantFrom(...answers)]),
    ),
  ) as unknown as fc.Arbitrary<Guesses>

  async function account(pinned: Guesses) {
    const state = new AkeylessState({ seed: 1, guesses: pinned })
    state.accessKey({ accessId: 'p-1', accessKey: 'k' })
    state.role({ accessId: 'p-1', rules: [{ path: '/demo/*', capabilities: ['read'] }] })
    state.denyPath('p-1', '/demo/denied/*')
    for (const name of ['/demo/a', '/demo/b', '/demo/denied/c', '/elsewhere'])
      state.secret(name, { value: `in ${name}` })
    const send = async (path: string, body: object) => {
      const answer = await handle(state, { method: 'POST', path, body: JSON.stringify(body) })
      return { ...answer, json: JSON.parse(answer.body) as Record<string, unknown> }
    }
    const { json } = await send('/auth', { 'access-id': 'p-1', 'access-key': 'k' })
    return { state, send, token: String(json['token']) }
  }

  test('what is documented holds', async () => {
    await fc.assert(
      fc.asyncProperty(guesses, async (pinned) => {
        const { send, token } = await account(pinned)
        const read = (name: string) => send('/get-secret-value', { token, names: [name] })
        const describeItem = (name: string) => send('/describe-item', { token, name })

        const wrongKey = await send('/auth', { 'access-id': 'p-1', 'access-key': 'wrong' })
        const batch = await send('/get-secret-value', { token, names: ['/demo/a', '/demo/b'] })
        const missing = [await read('/demo/none'), await describeItem('/demo/none')]
        const denied = []
        for (const name of ['/demo/denied/c', '/demo/denied/none', '/elsewhere', '/nowhere']) {
          denied.push(await read(name), await describeItem(name))
        }
        const unknown = await send('/no-such-command', {})

        expect(token).toMatch(/^t-[0-9a-f]+$/)
        expect(wrongKey.status).toBe(401)
        expect((await read('/demo/a')).json).toEqual({ '/demo/a': 'in /demo/a' })
        expect(batch.json).toEqual({ '/demo/a': 'in /demo/a', '/demo/b': 'in /demo/b' })
        expect((await describeItem('/demo/a')).json).toMatchObject({
          last_version: 1,
          item_type: 'STATIC_SECRET',
        })
        for (const { status, json } of missing) {
          expect(status).toBe(404)
          expect(json['error']).toContain('Status 404 Not Found, Error: NotFound. Message: account id: acc-')
        }
        for (const { status, json } of denied) {
          expect(status).toBe(401)
          expect(json['error']).toContain('Status 401 Unauthorized, Error: UnauthorizedAccess')
        }
        expect([unknown.status, unknown.json]).toEqual([404, { error: "unknown command 'no-such-command'" }])
      }),
      { numRuns: 200 },
    )
  })

  test('a denied batch never gives away a denied value', async () => {
    await fc.assert(
      fc.asyncProperty(guesses, async (pinned) => {
        const { send, token } = await account(pinned)

        const answer = await send('/get-secret-value', {
          token,
          names: ['/demo/a', '/demo/denied/c', '/elsewhere'],
        })

        expect(answer.body).not.toContain('in /demo/denied/c')
        expect(answer.body).not.toContain('in /elsewhere')
      }),
    )
  })

  test('the status of an error is the one in its text', async () => {
    await fc.assert(
      fc.asyncProperty(guesses, async (pinned) => {
        const { send, token, state } = await account(pinned)
        const answers = [
          await send('/get-secret-value', { token, names: ['/demo/a', '/demo/none'] }),
          await send('/create-secret', { token, name: '/demo/x', value: 'v' }),
          await send('/create-role', { token, name: 'r' }),
        ]
        for (let tries = 0; tries < 6; tries++) answers.push(await send('/auth', { 'access-id': 'p-1' }))
        state.revokeTokens()
        answers.push(await send('/describe-item', { token, name: '/demo/a' }))

        for (const { status, json } of answers) {
          const told = /Status (\d+) /.exec(String(json['error']))?.[1]
          expect(told === undefined || Number(told) === status).toBe(true)
        }
      }),
    )
  })
})
