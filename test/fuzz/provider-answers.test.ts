import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '../../src/std/failure.ts'
import type { Provider } from '../../src/store/provider.ts'
import { accessId, createBench, reading } from '../contract/akeyless-bench.ts'
import { type LoopbackServer, startLoopbackServer } from '../fakes/loopback-server.ts'
import { both, canary, fuzzAsync } from './fuzz.ts'
import { mutated, mutatedBytes } from './mutated.ts'

// Each of some hundred reads waits for others to join it; what one of them may take is bounded by itself.
vi.setConfig({ testTimeout: 60_000 })

const isFailure = (error: unknown) => error instanceof Failure

let server: LoopbackServer
let bench: ReturnType<typeof createBench>
let provider: Provider
/** What the next answers to these commands hold; others are answered well. */
let bodies: Record<string, string | Uint8Array> = {}

beforeAll(async () => {
  server = await startLoopbackServer()
  server.answer(({ path }, response) => {
    const command = path.slice(path.lastIndexOf('/') + 1)
    const body = bodies[command] ?? good[command] ?? '{}'
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
})
beforeEach(() => {
  bodies = {}
  bench = createBench({ url: server.url })
  provider = bench.open()
})
afterEach(() => bench.close())
afterAll(() => server[Symbol.asyncDispose]())

const good: Readonly<Record<string, string>> = {
  auth: `{"token":"t-${'0'.repeat(32)}","expiration":"2100-01-01T00:00:00Z"}`,
  'validate-token': '{"is_valid":true}',
  'describe-item': '{"item_type":"STATIC_SECRET"}',
  'get-secret-value': `{"/a":"${canary}"}`,
}

/** Reads one item; what goes wrong with it is thrown. */
async function readOne(): Promise<string> {
  const [outcome] = await provider.read([{ key: '/a' }], reading())
  if (outcome?.ok !== true) throw outcome?.failure
  return outcome.value.text.reveal()
}

const values = [
  `{"/a":"${canary}"}`,
  `{"/a":{"nested":"${canary}","__proto__":{"x":1}}}`,
  `{"__proto__":{"/a":"${canary}"}}`,
  `{"error":"${canary}"}`,
]

test('an answer with values is a value of this item or a Failure that shows none of it', async () => {
  expect(
    await fuzzAsync(
      mutatedBytes(...values.map((it) => Buffer.from(it))),
      (body) => {
        bodies = { 'get-secret-value': body }
        return readOne()
      },
      { isOwn: isFailure, runs: 300 },
    ),
  ).toEqual(both)
})

test('a description of an item leads to a read or to a Failure', async () => {
  const descriptions = [
    '{"item_type":"ROTATED_SECRET","item_general_info":{"classic_key_details":{}}}',
    `{"item_type":"${canary}","__proto__":{"item_type":"STATIC_SECRET"}}`,
    '{"item_type":"constructor"}',
  ]
  expect(
    await fuzzAsync(
      mutated(...descriptions),
      async (body) => {
        bodies = { 'describe-item': body, 'get-rotated-secret-value': `{"value":{"payload":"${canary}"}}` }
        const fresh = await provider.read([{ key: '/a', fresh: true }], reading())
        for (const it of fresh) if (!it.ok) throw it.failure
      },
      { isOwn: isFailure, runs: 300 },
    ),
  ).toEqual(both)
})

test('an answer to a login is a token or a Failure, and a token is shown by none', async () => {
  const answers = [
    `{"token":"${canary}","expiration":"2026-13-45T99:99:99Z","creds":{"token":"${canary}"}}`,
    `{"token":["${canary}"],"expiration":-1e400}`,
  ]
  expect(
    await fuzzAsync(
      mutated(...answers),
      async (body) => {
        const fresh = createBench({ url: server.url })
        bodies = { auth: body, 'validate-token': body }
        try {
          await fresh.open().check(reading())
        } finally {
          expect(fresh.seen()).not.toContain(canary)
          await fresh.close()
        }
      },
      { isOwn: isFailure, runs: 80 },
    ),
  ).toEqual(both)
})

test('a list of items is read to its end or a Failure, also when its pages go round in circles', async () => {
  const pages = [
    `{"items":[{"item_name":"/shop/a","item_type":"STATIC_SECRET"}],"next_page":"${canary}"}`,
    '{"items":[{"item_name":"__proto__","item_type":"constructor"}],"has_next":true}',
    '{"items":null,"next_page":null}',
  ]
  expect(
    await fuzzAsync(
      mutated(...pages),
      async (body) => {
        bodies = { 'list-items': body }
        await provider.find({ path: '/shop', name: '.*' }, reading())
      },
      { isOwn: isFailure, runs: 300, baseMs: 1500 },
    ),
  ).toEqual(both)
})

test('S22: tags and item names of JavaScript’s own objects are texts like any other', async () => {
  const names = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty')
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      bodies = {
        'describe-item': JSON.stringify({ item_type: 'STATIC_SECRET', item_tags: [name] }),
        'get-secret-value': `{"${name}":"of ${name}"}`,
      }
      const [value, tags] = await provider.read([{ key: name }, { key: name, part: 'tags' }], reading())

      expect(value?.ok === true && value.value.text.reveal()).toBe(`of ${name}`)
      expect(tags?.ok === true && tags.value.text.reveal()).toBe(JSON.stringify([name]))
    }),
    { seed: 5, numRuns: 30 },
  )
})

test('S22: a name that no answer holds is not found among what objects inherit', async () => {
  bodies = { 'get-secret-value': '{}' }

  const outcomes = await provider.read([{ key: 'toString' }, { key: '__proto__' }], reading())

  expect(bench.shown(outcomes)).toEqual(['UnexpectedResponse', 'UnexpectedResponse'])
  expect(accessId in {}).toBe(false)
})
