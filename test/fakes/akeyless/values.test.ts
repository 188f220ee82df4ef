import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { login, post } from './bare-client.ts'
import type { Guesses } from './guesses.ts'
import { type AkeylessStandIn, startAkeyless } from './stand-in.ts'

let akeyless: AkeylessStandIn
let token: string

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId: 'p-1', accessKey: 'made-up' })
  akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/demo/*', capabilities: ['read'] }] })
  akeyless.state.secret('/demo/db', { value: 'one' })
  token = await login(akeyless.url, 'p-1', 'made-up')
})
afterEach(() => akeyless.stop())

function read(names: readonly string[], more: object = {}) {
  return post(akeyless.url, '/get-secret-value', { token, names, ...more })
}

function guess(pinned: Partial<Guesses>): void {
  akeyless.state.guesses = { ...akeyless.state.guesses, ...pinned }
}

describe('versions', () => {
  beforeEach(() => {
    akeyless.state.putSecret('/demo/db', 'two')
    akeyless.state.putSecret('/demo/db', 'three')
  })

  test('the latest is read unless one is named', async () => {
    const answers = await Promise.all([0, 1, 2, 3].map((version) => read(['/demo/db'], { version })))

    expect(answers.map((it) => it.json['/demo/db'])).toEqual(['three', 'one', 'two', 'three'])
  })

  test('a negative one is counted from the latest, in the shape that is guessed', async () => {
    guess({ negativeVersion: 'nthLast' })
    const nth = await read(['/demo/db'], { version: -2 })
    guess({ negativeVersion: 'list' })
    const list = await read(['/demo/db'], { version: -2 })

    expect([nth.json['/demo/db'], list.json['/demo/db']]).toEqual(['two', ['two', 'three']])
  })

  test('one that does not exist fails as guessed', async () => {
    const { status } = await read(['/demo/db'], { version: 9 })

    expect(status).toBe(akeyless.state.guesses.unknownVersionStatus)
  })
})

describe('a batch', () => {
  beforeEach(() => {
    akeyless.state.secret('/demo/other', { value: 'other' })
    akeyless.state.secret('/elsewhere', { value: 'hidden' })
  })

  test('of readable names has one key per name', async () => {
    const { json } = await read(['/demo/db', '/demo/other'])

    expect(json).toEqual({ '/demo/db': 'one', '/demo/other': 'other' })
  })

  test.each([
    ['fail401', '/elsewhere', 401, {}],
    ['fail401', '/demo/missing', 401, {}],
    ['fail404', '/elsewhere', 404, {}],
    ['fail404', '/demo/missing', 404, {}],
    ['omit', '/elsewhere', 200, { '/demo/db': 'one' }],
    ['omit', '/demo/missing', 200, { '/demo/db': 'one' }],
  ] as const)('%s, with %s in it: %i', async (batchPartial, name, status, values) => {
    guess({ batchPartial })

    const answer = await read(['/demo/db', name])

    const { error, ...rest } = answer.json
    expect([answer.status, rest]).toEqual([status, values])
    expect(typeof error).toBe(status === 200 ? 'undefined' : 'string')
  })

  test('of refused names only fails as the first of them would', async () => {
    guess({ batchPartial: 'omit' })

    const { status } = await read(['/elsewhere', '/demo/missing'])

    expect(status).toBe(401)
  })

  test('of no names is a bad request', async () => {
    expect((await read([])).status).toBe(400)
  })
})

test.each([
  ['asRequested', 'demo/db'],
  ['normalised', '/demo/db'],
] as const)('a name without the leading slash comes back %s', async (keyNames, key) => {
  guess({ keyNames })

  const { json } = await read(['demo/db'])

  expect(json).toEqual({ [key]: 'one' })
})

test('JSON values come as text, or as objects when the caller asks for json', async () => {
  akeyless.state.secret('/demo/json', { value: '{"a":1}', format: 'json' })

  const text = await read(['/demo/json'], { json: false })
  const object = await read(['/demo/json', '/demo/db'], { json: true })

  expect(text.json['/demo/json']).toBe('{"a":1}')
  expect(object.json).toEqual({ '/demo/json': { a: 1 }, '/demo/db': 'one' })
})

test('a password item is JSON text of its fields', async () => {
  akeyless.state.password('/demo/login', { username: 'app', password: 'p' })

  const { json } = await read(['/demo/login'])

  expect(json['/demo/login']).toBe('{"username":"app","password":"p"}')
})

test.each([
  ['value', { value: { username: 'a', password: 'b' } }],
  ['targetValue', { value: { target_value: { username: 'a', password: 'b' } } }],
  ['bare', { username: 'a', password: 'b' }],
] as const)('a rotated value lies in the envelope that is guessed: %s', async (rotatedEnvelope, expected) => {
  guess({ rotatedEnvelope })
  akeyless.state.rotated('/demo/rotated', { username: 'a', password: 'b' })

  const { json } = await post(akeyless.url, '/get-rotated-secret-value', { token, names: '/demo/rotated' })

  expect(json).toEqual(expected)
})

test('a certificate has its chain in the order that is guessed', async () => {
  const pem = { certificatePem: 'leaf\n', privateKeyPem: 'key\n', chainPem: 'issuer\n' }
  guess({ chainOrder: 'leafFirst' })
  akeyless.state.certificate('/demo/first', pem)
  guess({ chainOrder: 'leafLast' })
  akeyless.state.certificate('/demo/last', pem)

  const first = await post(akeyless.url, '/get-certificate-value', { token, name: '/demo/first' })
  const last = await post(akeyless.url, '/get-certificate-value', { token, name: '/demo/last' })

  expect(first.json).toEqual({ certificate_pem: 'leaf\nissuer\n', private_key_pem: 'key\n' })
  expect(last.json['certificate_pem']).toBe('issuer\nleaf\n')
})

test('a value call for another type fails as guessed', async () => {
  akeyless.state.dynamic('/demo/dynamic')

  const { status } = await read(['/demo/dynamic'])
  const described = await post(akeyless.url, '/describe-item', { token, name: '/demo/dynamic' })

  expect(status).toBe(akeyless.state.guesses.wrongTypeStatus)
  expect(described.json['item_type']).toBe('DYNAMIC_SECRET')
})

test('list alone describes and does not read', async () => {
  akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/listed/*', capabilities: ['list'] }] })
  akeyless.state.secret('/listed/a', { value: 'v' })

  const described = await post(akeyless.url, '/describe-item', { token, name: '/listed/a' })
  const value = await read(['/listed/a'])

  expect([described.status, value.status]).toEqual([200, 401])
})

test('a denied path opens again when the denial is taken back', async () => {
  const allow = akeyless.state.denyPath('p-1', '/demo/d*')

  const denied = await read(['/demo/db'])
  allow()
  const allowed = await read(['/demo/db'])

  expect([denied.status, allowed.status]).toEqual([401, 200])
})

describe("the Gateway's cache", () => {
  async function values(count: number, more: object = {}): Promise<unknown[]> {
    const seen: unknown[] = []
    for (let reads = 0; reads < count; reads++) seen.push((await read(['/demo/db'], more)).json['/demo/db'])
    return seen
  }

  test('is off by default', async () => {
    await read(['/demo/db'])
    akeyless.state.putSecret('/demo/db', 'two')

    expect(await values(1)).toEqual(['two'])
  })

  test('gives the old value once more after an update, while the description is new at once', async () => {
    akeyless.state.cache.mode = 'staleFirstRead'
    await values(1)
    akeyless.state.putSecret('/demo/db', 'two')

    const described = await post(akeyless.url, '/describe-item', { token, name: '/demo/db' })
    const seen = await values(3)

    expect(described.json['last_version']).toBe(2)
    expect(seen).toEqual(['one', 'two', 'two'])
  })

  test('is one per pod, so that two reads may differ', async () => {
    akeyless.state.cache.mode = 'staleUntilFlush'
    akeyless.state.cache.pods = 2
    await values(1)
    akeyless.state.putSecret('/demo/db', 'two')

    expect(await values(4)).toEqual(['two', 'one', 'two', 'one'])
  })

  test('is bypassed by ignore-cache, and said so in the record', async () => {
    akeyless.state.cache.mode = 'staleUntilFlush'
    await values(1)
    akeyless.state.putSecret('/demo/db', 'two')

    const seen = [...(await values(1)), ...(await values(1, { 'ignore-cache': 'true' }))]

    const calls = akeyless.calls.of('/get-secret-value').slice(-2)
    expect(seen).toEqual(['one', 'two'])
    expect(calls.map((it) => [it.cached === true, it.ignoreCache])).toEqual([
      [true, false],
      [false, true],
    ])
  })

  test('serves a deleted item until it is flushed, but never to who may not read it', async () => {
    akeyless.state.cache.mode = 'staleUntilFlush'
    await values(1)
    akeyless.state.deleteItem('/demo/db')

    const cached = await read(['/demo/db'])
    const allow = akeyless.state.denyPath('p-1', '/demo/db')
    const denied = await read(['/demo/db'])
    allow()
    akeyless.state.cache.flush()
    const flushed = await read(['/demo/db'])

    expect([cached.status, denied.status, flushed.status]).toEqual([200, 401, 404])
  })
})
