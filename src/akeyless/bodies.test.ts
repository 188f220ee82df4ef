import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene, startStandIn } from '../../test/contract/akeyless-scene.ts'
import type { AkeylessStandIn } from '../../test/fakes/akeyless/stand-in.ts'

const canary = 'canary-value-31fe20dc'
const inBody = 'canary-body-9a8b7c6d'

let akeyless: AkeylessStandIn
let bench: Bench

beforeEach(async () => {
  akeyless = await startStandIn()
  akeyless.state.secret('/shop/db', { value: canary })
  akeyless.state.rotated('/shop/rotated', { username: 'u', password: canary })
  bench = createBench({ url: akeyless.url })
})
afterEach(() => endScene(bench, akeyless))

type Headers = Readonly<Record<string, string>>

const json = `{"/shop/db":"${inBody}","token":"${inBody}","item_type":"STATIC_SECRET"}`
const html = `<!doctype html><html><body>${inBody}</body></html>`
const whole = (text: string) => Buffer.from(text)

/** What is sent in place of an answer, and what the message says of it. */
const bodies: readonly [string, Uint8Array, Headers, string][] = [
  ['a web page', whole(html), { 'content-type': 'text/html' }, 'content type is text/html'],
  ['a web page that is called JSON', whole(html), {}, 'not whole JSON'],
  ['JSON that is called text', whole(json), { 'content-type': 'text/plain' }, 'content type is text/plain'],
  ['JSON under no type', whole(json), { 'content-type': '' }, 'content type is unknown'],
  ['a type with a value in it', whole(json), { 'content-type': inBody }, 'content type is unknown'],
  ['JSON that ends early', whole(json.slice(0, -2)), {}, 'not whole JSON'],
  ['two documents', whole(json + json), {}, 'not whole JSON'],
  ['a byte order mark', whole(`\uFEFF${json}`), {}, 'not whole JSON'],
  ['UTF-16', Buffer.from(`\uFEFF${json}`, 'utf16le'), {}, 'not UTF-8'],
  ['a NUL behind it', whole(`${json}\0`), {}, 'not whole JSON'],
  ['a bare NUL in a text', whole(json.replace(inBody, `${inBody}\0`)), {}, 'not whole JSON'],
  [
    'a byte that is no UTF-8',
    Buffer.concat([whole('{"/shop/db":"'), Buffer.of(0xff), whole('"}')]),
    {},
    'not UTF-8',
  ],
  [
    'half a character',
    Buffer.concat([whole('{"/shop/db":"'), Buffer.of(0xc3), whole('"}')]),
    {},
    'not UTF-8',
  ],
  [
    'a surrogate in UTF-8',
    Buffer.concat([whole('{"/shop/db":"'), Buffer.of(0xed, 0xa0, 0x80), whole('"}')]),
    {},
    'not UTF-8',
  ],
  ['nothing', whole(''), {}, 'body is empty'],
  ['spaces', whole(' \n\t '), {}, 'body is empty'],
  ['an array', whole(`["${inBody}"]`), {}, 'is not'],
  ['null', whole('null'), {}, 'is not'],
  ['a text', whole(`"${inBody}"`), {}, 'is not'],
  ['a number', whole('5'), {}, 'is not'],
  ['an empty object', whole('{}'), {}, ''],
  ['gzip that was not asked for', gzipSync(json), { 'content-encoding': 'gzip' }, 'body is compressed'],
  ['gzip in gzip', gzipSync(gzipSync(json)), { 'content-encoding': 'gzip, gzip' }, 'body is compressed'],
  ['brotli', brotliCompressSync(json), { 'content-encoding': 'br' }, 'body is compressed'],
  ['an encoding of its own', whole(json), { 'content-encoding': inBody }, 'body is compressed'],
  ['gzip that does not say so', gzipSync(json), {}, 'not UTF-8'],
]

const calls = [
  ['/auth', 'log in'],
  ['/describe-item', 'read item "/shop/db"'],
  ['/get-secret-value', 'read item "/shop/db"'],
] as const

describe.each(calls)('an answer to %s', (path, what) => {
  test.each(bodies)('with %s is UnexpectedResponse, shows nothing of it, and heals', async (...row) => {
    const [, body, headers, words] = row
    const provider = bench.open()
    if (path !== '/auth') await provider.check(reading())
    const fault = akeyless.state.fault({ kind: 'raw', body, headers, path })

    const failed = await bench.reasonOf(firstOf(bench.read(provider, '/shop/db')))
    fault.remove()
    const healed = await bench.read(provider, '/shop/db')

    expect(failed).toContain('UnexpectedResponse')
    expect(bench.seen()).toContain(`Cannot ${what}`)
    expect(bench.seen()).toContain(words)
    expect(healed).toEqual([canary])
  })
})

/** A failure of the item and one of the whole read, told alike. */
async function firstOf(work: Promise<string[]>): Promise<never> {
  const [reason = ''] = await work
  throw new Error(reason)
}

const values: readonly [string, string, string][] = [
  ['another name', `{"/shop/other":"${inBody}"}`, 'does not hold this item'],
  ['a name that every object has', '{"__proto__":{"/shop/db":"x"}}', 'does not hold this item'],
  ['null', '{"/shop/db":null}', 'does not hold this item'],
  ['an empty text', '{"/shop/db":""}', 'value is empty'],
  ['a number', '{"/shop/db":12345678901234567890}', 'is a number and no text'],
  ['a truth', '{"/shop/db":true}', 'is a boolean and no text'],
  ['a nest of arrays', `{"/shop/db":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'nested too deep'],
]

test.each(values)('a value that is %s is UnexpectedResponse', async (_name, body, words) => {
  akeyless.state.fault({ kind: 'raw', body, path: '/get-secret-value' })

  expect(await bench.read(bench.open(), '/shop/db')).toEqual(['UnexpectedResponse'])
  expect(bench.seen()).toContain(words)
})

test.each([
  ['an object', '{"/shop/db":{"a":1}}', '{"a":1}'],
  ['text with a NUL that is spelt out', '{"/shop/db":"a\\u0000b"}', 'a\0b'],
  ['a name of prototypes', '{"/shop/db":"__proto__"}', '__proto__'],
])('a value that is %s is taken', async (_name, body, value) => {
  akeyless.state.fault({ kind: 'raw', body, path: '/get-secret-value' })

  expect(await bench.read(bench.open(), '/shop/db')).toEqual([value])
})

test.each([
  ['nothing', '{}', 'value is empty'],
  ['null', '{"value":null}', 'is null and no text'],
  ['an empty text', '{"value":""}', 'value is empty'],
  ['an empty object', '{"value":{}}', 'value is empty'],
  ['an empty target', '{"value":{"target_value":{}}}', 'value is empty'],
  ['a number', '{"value":5}', 'is a number and no text'],
])('a rotated value that is %s is UnexpectedResponse', async (_name, body, words) => {
  akeyless.state.fault({ kind: 'raw', body, path: '/get-rotated-secret-value' })

  expect(await bench.read(bench.open(), '/shop/rotated')).toEqual(['UnexpectedResponse'])
  expect(bench.seen()).toContain(words)
})

test('headers without an end are UnexpectedResponse', async () => {
  const provider = bench.open()
  await provider.check(reading())
  const headers = { 'x-long': 'a'.repeat(100_000) }
  akeyless.state.fault({ kind: 'raw', body: json, headers, path: '/describe-item' })

  expect(await bench.read(provider, '/shop/db')).toEqual(['UnexpectedResponse'])
})

test('the body of an error is not waited for beyond the deadline, and its words are not used', async () => {
  const slow = createBench({ url: akeyless.url, callTimeoutMs: 500 })
  const provider = slow.open()
  await provider.check(reading())
  akeyless.state.fault({ kind: 'status', status: 503, text: inBody, path: '/describe-item', times: 1 })
  akeyless.state.fault({ kind: 'drip', path: '/get-secret-value' })

  const started = performance.now()
  const reasons = [await slow.read(provider, '/shop/db'), await slow.read(provider, '/shop/db')]
  await slow.close()

  expect(reasons).toEqual([['GatewayUnreachable'], ['GatewayUnreachable']])
  expect(performance.now() - started).toBeLessThan(3 * 500)
  slow.refuseLeaks()
})
