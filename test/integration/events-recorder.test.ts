import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { configMapKind, namespaceKind } from '../../src/kube/kind.ts'
import { createEventRecorder, type EventRecorder, type Occurrence } from '../../src/runtime/events.ts'
import { systemClock } from '../../src/std/clock.ts'
import { createLog } from '../../src/std/log.ts'
import { connect } from '../cluster/client.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

interface Event {
  readonly metadata: { readonly name: string }
  readonly reason: string
  readonly note: string
  readonly series?: { readonly count: number }
  readonly regarding: { readonly uid?: string; readonly kind: string }
}

let namespace: string
let connection: ReturnType<typeof connect>
let recorder: EventRecorder
let dropped: number

beforeEach(async () => {
  namespace = await newNamespace('events')
  connection = connect(sharedCluster())
  dropped = 0
  recorder = start()
})

afterEach(async () => {
  await recorder.stop(1000)
  await connection[Symbol.asyncDispose]()
})

function start(): EventRecorder {
  const log = createLog('silent')
  return createEventRecorder({
    client: connection.client,
    clock: systemClock,
    log,
    onDropped: () => dropped++,
  })
}

const occurrence = (more: Partial<Occurrence> = {}): Occurrence => ({
  controller: 'externalsecret',
  kind: configMapKind,
  object: {
    metadata: { namespace, name: 'app', uid: '7f1f6d5e-0000-4000-8000-000000000000', resourceVersion: '5' },
  },
  type: 'Warning',
  reason: 'AccessDenied',
  action: 'UpdateFailed',
  message: 'Cannot read item "x": status is 403',
  ...more,
})

async function eventsIn(namespace: string): Promise<readonly Event[]> {
  const json = await sharedCluster().kubectl('-n', namespace, 'get', 'events.v1.events.k8s.io', '-o', 'json')
  return (JSON.parse(json) as { items: Event[] }).items
}

describe('an Event', () => {
  test('is accepted by the API server, with all that kubectl describe needs', async () => {
    recorder.record(occurrence())
    await recorder.stop(5000)

    const [event] = await eventsIn(namespace)
    expect(event).toMatchObject({
      type: 'Warning',
      reason: 'AccessDenied',
      action: 'UpdateFailed',
      note: 'Cannot read item "x": status is 403',
      reportingController: 'keyferry.io/externalsecret',
      regarding: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace,
        name: 'app',
        uid: occurrence().object.metadata.uid,
      },
    })
    const seen = await sharedCluster().kubectl(
      '-n',
      namespace,
      'get',
      'events',
      '--field-selector=involvedObject.name=app',
    )
    expect(seen).toContain('AccessDenied')
  })

  test('of what is cluster-scoped lies in namespace default', async () => {
    const object = { metadata: { name: namespace, uid: namespace } }

    recorder.record(occurrence({ kind: namespaceKind, object }))
    await recorder.stop(5000)

    const found = (await eventsIn('default')).filter(({ regarding }) => regarding.uid === namespace)
    expect(found).toHaveLength(1)
    expect(dropped).toBe(0)
  })

  test('with words longer than the API server takes is cut to fit', async () => {
    recorder.record(
      occurrence({ message: 'ü'.repeat(2000), reason: 'R'.repeat(300), action: 'A'.repeat(300) }),
    )
    recorder.record(occurrence({ object: { metadata: { namespace, name: 'n'.repeat(253) } } }))
    await recorder.stop(5000)

    expect(dropped).toBe(0)
    const events = await eventsIn(namespace)
    expect(events).toHaveLength(2)
    expect(events.some(({ note }) => note.startsWith('üüü') && note.endsWith('…'))).toBe(true)
  })

  test('that repeats becomes a series of one object', async () => {
    recorder.record(occurrence())
    await expect.poll(() => eventsIn(namespace), { timeout: 5000 }).toHaveLength(1)
    recorder.record(occurrence())
    await expect.poll(async () => (await eventsIn(namespace))[0]?.series?.count, { timeout: 5000 }).toBe(2)
    recorder.record(occurrence())
    recorder.record(occurrence({ message: 'something else' }))
    await recorder.stop(5000)

    const events = await eventsIn(namespace)
    expect(new Set(events.map(({ series }) => series?.count))).toEqual(new Set([3, undefined]))
    expect(dropped).toBe(0)
  })
})

test('what the API server refuses is dropped, and nobody else is hurt', async () => {
  recorder.record(occurrence({ object: { metadata: { namespace: 'no-such-namespace', name: 'app' } } }))
  recorder.record(occurrence())

  await recorder.stop(5000)

  expect(dropped).toBe(1)
  expect(await eventsIn(namespace)).toHaveLength(1)
})

test('a thousand at once all arrive', { timeout: 60_000 }, async () => {
  for (let at = 0; at < 1000; at++)
    recorder.record(occurrence({ object: { metadata: { namespace, name: `app-${at}` } } }))

  await recorder.stop(30_000)

  expect(dropped).toBe(0)
  expect(await eventsIn(namespace)).toHaveLength(1000)
})
