import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Kind } from '../../src/kube/kind.ts'
import type { Condition, KubeObject } from '../../src/kube/object.ts'
import { createReflector } from '../../src/kube/reflect.ts'
import { type Controller, createController } from '../../src/runtime/controller.ts'
import type { ControllerOptions } from '../../src/runtime/controller-options.ts'
import { createEventRecorder, type EventRecorder } from '../../src/runtime/events.ts'
import type { Informer } from '../../src/runtime/informer.ts'
import { createMetrics } from '../../src/runtime/metrics.ts'
import { type Done, type Reconcile, settled } from '../../src/runtime/reconcile.ts'
import { createInformer } from '../../src/runtime/shared-informer.ts'
import { systemClock } from '../../src/std/clock.ts'
import { Failure } from '../../src/std/failure.ts'
import { createLog } from '../../src/std/log.ts'
import { connect } from '../cluster/client.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

interface Fields {
  refreshTime?: string
  binding?: { name: string }
}
interface Thing extends KubeObject {
  readonly spec?: { readonly color?: string }
  readonly status?: Fields & { observedGeneration?: number; conditions?: readonly Condition[] }
}

const group = `test-${randomBytes(4).toString('hex')}.keyferry.io`
const kind: Kind = { group, version: 'v1', kind: 'Thing', plural: 'things', namespaced: true }
const condition = {
  type: 'object',
  required: ['type', 'status'],
  properties: Object.fromEntries(
    ['type', 'status', 'reason', 'message', 'lastTransitionTime'].map((name) => [name, { type: 'string' }]),
  ),
}
const withGeneration = {
  ...condition,
  properties: { ...condition.properties, observedGeneration: { type: 'integer' } },
}

function crd(statusProperties: object): object {
  const status = { type: 'object', properties: statusProperties }
  const spec = { type: 'object', properties: { color: { type: 'string' } } }
  const openAPIV3Schema = { type: 'object', properties: { spec, status } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema },
        },
      ],
    },
  }
}

const full = {
  observedGeneration: { type: 'integer' },
  conditions: {
    type: 'array',
    items: withGeneration,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  },
  refreshTime: { type: 'string' },
  binding: { type: 'object', properties: { name: { type: 'string' } } },
}

let directory: string
let connection: ReturnType<typeof connect>
let namespace: string
let informer: Informer<Thing>
let events: EventRecorder
let controller: Controller
let runs: number
const log = createLog('silent')

const done = (more: Partial<Done<Fields>> = {}): Done<Fields> => ({
  kind: 'done',
  reason: 'Synced',
  message: 'All is well',
  action: 'Updated',
  fields: {},
  next: settled,
  ...more,
})

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-runtime-'))
  connection = connect(sharedCluster())
  await applyJson(crd(full))
  await sharedCluster().kubectl('wait', '--for=condition=Established', `crd/things.${group}`, '--timeout=30s')
})

afterAll(async () => {
  await sharedCluster().kubectl('delete', `crd/things.${group}`, '--wait=false')
  await connection[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

beforeEach(async () => {
  namespace = await newNamespace('runtime')
  runs = 0
})

afterEach(async () => {
  await controller.stop(1000)
  await informer.stop()
  await events.stop(2000)
})

async function applyJson(object: object, ...more: string[]): Promise<void> {
  const file = join(directory, 'object.json')
  await writeFile(file, JSON.stringify(object))
  await sharedCluster().kubectl('apply', '--server-side', '--force-conflicts', ...more, '-f', file)
}

function newInformer(): Informer<Thing> {
  const deps = { transport: connection.transport, clock: systemClock, random: Math.random }
  return createInformer<Thing>({
    title: 'things',
    log,
    clock: systemClock,
    reflectors: [(sink) => createReflector(deps, { selection: { kind, namespace }, sink, log })],
  })
}

async function start(
  reconcile: Reconcile<Thing, Fields>,
  more: Partial<ControllerOptions<Thing, Fields>> = {},
): Promise<void> {
  const { client } = connection
  informer = newInformer()
  events = createEventRecorder({ client, clock: systemClock, log })
  controller = createController<Thing, Fields>({
    name: 'thing',
    kind,
    informer,
    reconcile: async (object, context) => {
      runs++
      return reconcile(object, context)
    },
    status: {
      fields: ['refreshTime', 'binding'],
      volatile: ['refreshTime'],
      staleness: { afterMs: () => undefined, lastSuccessMs: () => undefined },
    },
    client,
    events,
    metrics: createMetrics({ process: false }).controller({ name: 'thing', maxConcurrent: 4 }),
    log,
    clock: systemClock,
    backoff: { initialMs: 100, maxMs: 1000 },
    ...more,
  })
  informer.start()
  await informer.synced
  controller.start(new AbortController().signal)
}

const make = (name: string, color = 'red') =>
  applyJson({ apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name, namespace }, spec: { color } })
const read = (name: string) =>
  connection.client.get<Thing>(kind, { namespace, name }, { signal: AbortSignal.timeout(5000) })
const conditionsOf = async (name: string) =>
  (await read(name)).status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`) ??
  []
const until = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 10_000, interval: 50 })

describe('a controller on a real API server', () => {
  test('writes the whole status once, and lies still then', async () => {
    await start(async () => done({ fields: { binding: { name: 'db' } } }))

    await make('a')

    await until(() => conditionsOf('a')).toEqual(['Ready=True Synced', 'LastSyncSucceeded=True Synced'])
    const { status, metadata } = await read('a')
    expect(status).toMatchObject({ observedGeneration: 1, binding: { name: 'db' } })
    controller.enqueue(`${namespace}/a`)
    await expect.poll(() => runs, { timeout: 5000 }).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await read('a')).metadata.resourceVersion).toBe(metadata.resourceVersion)
    expect(runs).toBe(2)
  })

  test('withdraws a field and a condition by leaving them out of the apply', async () => {
    let isWell = false
    await start(async () => {
      if (isWell) return done()
      throw new Failure('InvalidSpec', 'Color is wrong', { userMustAct: true })
    })
    await make('a')
    await until(() => conditionsOf('a')).toContain('Stalled=True InvalidSpec')

    isWell = true
    await make('a', 'green')
    await until(() => conditionsOf('a')).toContain('Ready=True Synced')

    expect(await conditionsOf('a')).toEqual(['Ready=True Synced', 'LastSyncSucceeded=True Synced'])
  })

  test('F18: does not touch an object that was made anew under the name while a run went on', async () => {
    const release = Promise.withResolvers<void>()
    let firstUid: string | undefined
    await start(async (object) => {
      firstUid ??= object.metadata.uid
      if (object.metadata.uid !== firstUid)
        return { kind: 'ignored', why: 'only the first one is of interest' }
      await release.promise
      return done()
    })
    await make('a')
    await expect.poll(() => runs, { timeout: 5000 }).toBe(1)
    await sharedCluster().kubectl('-n', namespace, 'delete', `things.${group}`, 'a')
    await make('a')

    release.resolve()
    await expect.poll(() => runs, { timeout: 5000 }).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 300))

    expect((await read('a')).status).toBeUndefined()
  })

  test('F18: does not bring back an object that was deleted while a run went on', async () => {
    const release = Promise.withResolvers<void>()
    await start(async () => {
      await release.promise
      return done()
    })
    await make('a')
    await expect.poll(() => runs, { timeout: 5000 }).toBe(1)
    await sharedCluster().kubectl('-n', namespace, 'delete', `things.${group}`, 'a')

    release.resolve()
    await new Promise((resolve) => setTimeout(resolve, 500))

    const list = await connection.client.list(kind, { namespace, signal: AbortSignal.timeout(5000) })
    expect(list.items).toEqual([])
    expect(runs).toBe(1)
  })

  test('F62: leaves out what the CRD does not declare, which the API server would refuse whole', async () => {
    const declared = () => ({
      fields: new Set(['conditions', 'refreshTime']),
      conditionFields: new Set(['type', 'status', 'reason', 'message', 'lastTransitionTime']),
      conditionTypes: undefined,
    })
    interface More extends Fields {
      undeclared?: string
    }
    const fields: More = { refreshTime: 'now', undeclared: 'x' }
    const names = ['refreshTime', 'binding', 'undeclared'] as (keyof Fields)[]
    await start(async () => done({ fields }), { status: { fields: names, declared } })

    await make('a')

    await until(async () => (await read('a')).status?.refreshTime).toBe('now')
    expect((await read('a')).status).not.toHaveProperty('observedGeneration')
  })

  test('keeps a checkpoint through a failure after it', async () => {
    await start(async (_, context) => {
      await context.checkpoint({ binding: { name: 'pending' } })
      throw new Failure('GatewayUnreachable', 'No answer', { userMustAct: false })
    })

    await make('a')

    await until(() => conditionsOf('a')).toContain('Ready=False GatewayUnreachable')
    expect((await read('a')).status?.binding).toEqual({ name: 'pending' })
  })

  test('tells of one transition by one Event, however often the attempt is repeated', async () => {
    await start(async () => {
      throw new Failure('GatewayUnreachable', 'No answer', { userMustAct: false })
    })
    await make('a')
    await expect.poll(() => runs, { timeout: 10_000 }).toBeGreaterThan(4)

    await events.stop(2000)

    const json = await sharedCluster().kubectl(
      '-n',
      namespace,
      'get',
      'events.v1.events.k8s.io',
      '-o',
      'json',
    )
    const items = (JSON.parse(json) as { items: { reason: string; series?: unknown }[] }).items
    expect(items.map(({ reason, series }) => [reason, series])).toEqual([['GatewayUnreachable', undefined]])
  })
})
