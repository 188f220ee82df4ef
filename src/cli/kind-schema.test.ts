import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { externalSecretKind } from '../api/externalsecret.ts'
import type { Client } from '../kube/client.ts'
import { TransportError } from '../kube/errors.ts'
import { createLog } from '../std/log.ts'
import { KindSchema } from './kind-schema.ts'

type Served = 'away' | 'not served' | readonly string[]

let clock: ManualClock
let served: Served
let reads: number
let stopping: AbortController
let schema: KindSchema

beforeEach(() => {
  clock = new ManualClock()
  reads = 0
  stopping = new AbortController()
  const log = createLog('silent')
  const client = { getPath } as unknown as Client
  schema = new KindSchema(externalSecretKind, { client, clock, log, signal: stopping.signal })
})

async function getPath(): Promise<{ status: number; body: string }> {
  reads++
  if (served === 'away') throw new TransportError('nobody there', 'ECONNREFUSED')
  if (served === 'not served') return { status: 404, body: '' }
  return { status: 200, body: documentOf(served) }
}

function documentOf(fields: readonly string[]): string {
  const { group, version, kind } = externalSecretKind
  const status = { properties: Object.fromEntries(fields.map((it) => [it, {}])) }
  const one = {
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
    properties: { status },
  }
  return JSON.stringify({ components: { schemas: { one } } })
}

const fieldsNow = () => [...(schema.known?.status?.fields ?? ['unknown'])]

test.each(['away', 'not served'] as const)(
  'a schema that is %s at the start is read later',
  async (first) => {
    served = first
    await schema.read()
    expect(fieldsNow()).toEqual(['unknown'])
    served = ['conditions']

    await clock.pass(2000, 500)

    expect(fieldsNow()).toEqual(['conditions'])
  },
)

test('one that stays away is asked for ever less often, and no more after the stop', async () => {
  served = 'not served'
  await schema.read()
  await clock.pass(3_600_000, 1000)
  expect(reads).toBeGreaterThan(10)
  expect(reads).toBeLessThan(22)
  const before = reads
  stopping.abort(new Error('stop'))
  schema.stop()

  await clock.pass(3_600_000, 60_000)

  expect(reads).toBe(before)
})

test('one that is known is read again when its CRD changed only, and holds until another one is served', async () => {
  served = ['conditions']
  await schema.read()
  await clock.pass(3_600_000, 60_000)
  expect(reads).toBe(1)
  served = 'not served'
  schema.changed()
  await clock.pass(2000, 500)
  expect(fieldsNow()).toEqual(['conditions'])
  served = ['conditions', 'binding']

  await clock.pass(4000, 500)

  expect(fieldsNow()).toEqual(['conditions', 'binding'])
})
