import { expect, test } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { createClient } from '../kube/rest-client.ts'
import type { Transport } from '../kube/transport.ts'
import { systemClock } from '../std/clock.ts'
import { StatusWriter } from './status-writer.ts'

interface Fields {
  readonly word?: string
}
type Thing = KubeObject & { readonly status?: Fields }

const kind = { group: 'x.test', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true }
const { signal } = new AbortController()

/** An API server at version 10, which takes every status. */
const transport: Transport = {
  request: async ({ body = '' }) => {
    const applied = JSON.parse(body) as KubeObject
    const metadata = { ...applied.metadata, resourceVersion: '10' }
    return { status: 200, headers: {}, body: JSON.stringify({ ...applied, metadata }) }
  },
  stream: () => Promise.reject(new Error('nothing is watched here')),
  close: async () => {},
}

function thingAt(resourceVersion: string, uid = 'u1'): Thing {
  return { metadata: { namespace: 'shop', name: 'a', uid, resourceVersion }, status: { word: 'cached' } }
}

test.each([
  { shown: undefined, word: 'written', why: 'nothing was shown since' },
  { shown: thingAt('9'), word: 'written', why: 'the past was shown' },
  { shown: thingAt('11', 'u2'), word: 'written', why: 'another object of its name was shown' },
  { shown: thingAt('10'), word: 'cached', why: 'the cache has it' },
  { shown: thingAt('11'), word: 'cached', why: 'the cache has what came after it' },
])('of a status that was written and the cached one $word counts when $why', async ({ shown, word }) => {
  const options = { client: createClient(transport), kind, fieldManager: 'test', clock: systemClock }
  const writer = new StatusWriter<Thing, Fields>({ ...options, fields: ['word'] })
  await writer.write(thingAt('9'), () => ({ conditions: [], fields: { word: 'written' } }), { signal })

  if (shown !== undefined) writer.seen(shown)

  expect(writer.own(thingAt('9')).fields).toEqual({ word })
})
