import { afterEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { until } from '../../test/fakes/until.ts'
import { transportTo } from '../../test/fakes/watch-server/connection.ts'
import { createRecorder, objectOf } from '../../test/fakes/watch-server/recorder.ts'
import {
  type EventStream,
  startWatchServer,
  type WatchCall,
} from '../../test/fakes/watch-server/watch-server.ts'
import { type Clock, systemClock } from '../std/clock.ts'
import { createLog } from '../std/log.ts'
import { configMapKind, secretKind } from './kind.ts'
import type { KubeObject } from './object.ts'
import { createReflector } from './reflect.ts'
import type { ReflectorOptions } from './reflector.ts'
import type { ReflectorTiming } from './reflector-timing.ts'

const quick: Partial<ReflectorTiming> = { backoffInitialMs: 20, backoffMaxMs: 100, shortWatchMs: 50 }
const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

async function reflect(
  script: (call: WatchCall) => void,
  options: Partial<ReflectorOptions<KubeObject>> = {},
  timing: Partial<ReflectorTiming> = {},
  clock: Clock = systemClock,
) {
  const server = await startWatchServer(script)
  const transport = transportTo(server.url)
  const recorder = createRecorder()
  const reflector = createReflector(
    { transport, clock, random: () => 0.5 },
    {
      selection: { kind: configMapKind },
      sink: recorder,
      observer: recorder.observer,
      log: createLog('silent'),
      ...options,
    },
    { ...quick, ...timing },
  )
  cleanUps.push(async () => {
    await reflector.stop()
    await transport.close()
    await server.close()
  })
  reflector.start()
  return { server, recorder, reflector }
}

/** Two timers run: that of the safety list, and that of the stream that is read or of the back-off. */
function settled(clock: ManualClock): Promise<void> {
  return until(() => expect(clock.timerCount).toBe(2))
}

/** Serves a WatchList of these objects, then goes on as told. */
function streamed(call: WatchCall, objects: readonly KubeObject[], resourceVersion: string) {
  const stream = call.stream()
  for (const object of objects) stream.send('ADDED', object)
  stream.bookmark(resourceVersion, 'initial-events-end')
  return stream
}

test('a WatchList is delivered as one list, and its stream goes on as the watch', async () => {
  const { recorder, reflector, server } = await reflect((call) => {
    const stream = streamed(call, [objectOf('a', 1), objectOf('b', 2)], '5')
    stream.send('MODIFIED', objectOf('a', 6))
    stream.send('DELETED', objectOf('b', 7))
  })

  await reflector.synced
  await until(() => expect(recorder.calls).toHaveLength(3))

  expect(recorder.calls).toEqual(['replaced a@1 b@2', 'updated a@6', 'removed b@7'])
  expect(server.calls).toHaveLength(1)
  expect(Object.fromEntries(server.calls[0]?.query ?? [])).toEqual({
    watch: '1',
    allowWatchBookmarks: 'true',
    timeoutSeconds: '450',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
  })
  expect(reflector.state).toBe('live')
})

test('a server without WatchList is listed page by page, and never asked for it again', async () => {
  const { recorder, reflector, server } = await reflect(
    (call) => {
      if (call.verb === 'watchlist') return call.refuse(422, 'Invalid')
      if (call.verb === 'watch' && call.index === 0) return call.stream().error(410, 'Expired')
      if (call.verb === 'watch') return void call.stream()
      if (call.query.get('continue') === null) return call.list([objectOf('a', 1)], '5', 'more')
      return call.list([objectOf('b', 2)], '5')
    },
    {},
    { pageSize: 1 },
  )

  await reflector.synced
  await until(() => expect(server.calls).toHaveLength(7))

  expect(server.calls.map((it) => it.verb)).toEqual([
    'watchlist',
    'list',
    'list',
    'watch',
    'list',
    'list',
    'watch',
  ])
  expect(recorder.calls).toEqual(['replaced a@1 b@2', 'replaced a@1 b@2'])
  expect(server.calls[2]?.query.get('limit')).toBe('1')
  expect(server.calls[3]?.query.get('resourceVersion')).toBe('5')
  expect(recorder.notes).toEqual(['listed 2', 'state live', 'failed 410', 'listed 2'])
})

test('metadata only is asked for by the Accept header, in lists and in watches', async () => {
  const { server, reflector } = await reflect(
    (call) => {
      if (call.verb === 'watchlist') return call.refuse(400, 'BadRequest')
      if (call.verb === 'list') return call.list([], '5')
      return void call.stream()
    },
    { selection: { kind: secretKind, namespace: 'shop', fieldSelector: 'type!=x', metadataOnly: true } },
  )

  await reflector.synced
  await until(() => expect(server.calls).toHaveLength(3))

  const partial = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
  const list = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
  expect(server.calls.map((it) => it.accept)).toEqual([partial, list, partial])
  expect(new Set(server.calls.map((it) => it.path))).toEqual(new Set(['/api/v1/namespaces/shop/secrets']))
  expect(server.calls.map((it) => it.query.get('fieldSelector'))).toEqual(['type!=x', 'type!=x', 'type!=x'])
})

test('a watch goes on from the last event or bookmark, whichever is newer', async () => {
  const { server } = await reflect((call) => {
    if (call.verb === 'watchlist') return streamed(call, [], '5').destroy()
    const stream = call.stream()
    if (call.index === 0) stream.send('ADDED', objectOf('a', 7))
    if (call.index === 1) stream.bookmark('9')
    if (call.index < 2) setTimeout(() => stream.destroy(), 5)
  })

  await until(() => expect(server.calls).toHaveLength(4))

  expect(server.calls.slice(1).map((it) => it.query.get('resourceVersion'))).toEqual(['5', '7', '9'])
})

test('duplicates, older events and replays of deleted objects are not delivered', async () => {
  const { recorder } = await reflect((call) => {
    const stream = streamed(call, [objectOf('a', 4)], '5')
    stream.send('MODIFIED', objectOf('a', 4))
    stream.send('MODIFIED', objectOf('a', 3))
    stream.send('ADDED', objectOf('old', 2))
    stream.send('ADDED', objectOf('b', 6))
    stream.send('ADDED', objectOf('b', 6))
    stream.send('DELETED', objectOf('b', 8))
    stream.send('DELETED', objectOf('b', 8))
    stream.send('MODIFIED', objectOf('b', 7))
    stream.send('ADDED', objectOf('end', 9))
  })

  await until(() => expect(recorder.calls.at(-1)).toBe('updated end@9'))

  expect(recorder.calls).toEqual(['replaced a@4', 'updated b@6', 'removed b@8', 'updated end@9'])
})

test('another object of the same name is delivered as removed and updated, in a watch and across lists', async () => {
  const { recorder } = await reflect((call) => {
    if (call.index === 0) {
      const stream = streamed(call, [objectOf('a', 4), objectOf('b', 4)], '5')
      stream.send('MODIFIED', objectOf('a', 6, { uid: 'a-2' }))
      return stream.error(410, 'Expired')
    }
    streamed(call, [objectOf('a', 6, { uid: 'a-2' }), objectOf('b', 8, { uid: 'b-2' })], '9')
  })

  await until(() => expect(recorder.calls).toHaveLength(5))

  expect(recorder.calls).toEqual([
    'replaced a@4 b@4',
    'removed a@4',
    'updated a@6',
    'removed b@4',
    'replaced a@6 b@8',
  ])
})

test.each([
  ['in the stream', (call: WatchCall) => call.stream().error(410, 'Expired')],
  ['as HTTP status', (call: WatchCall) => call.refuse(410, 'Expired')],
])('an expired resourceVersion %s leads to a new list', async (_, expire) => {
  const { recorder, reflector } = await reflect((call) => {
    if (call.verb === 'watch') return expire(call)
    const stream = streamed(call, [objectOf('a', 4 + call.index)], `${5 + call.index}`)
    if (call.index === 0) stream.destroy()
  })

  await until(() => expect(recorder.calls).toEqual(['replaced a@4', 'replaced a@5']))

  expect(reflector.state).toBe('live')
})

test.each([
  ['an ERROR 500 in the stream', '500', (call: WatchCall) => call.stream().error(500, 'InternalError')],
  ['an ERROR 504 in the stream', '504', (call: WatchCall) => call.stream().error(504, 'Timeout')],
  ['HTTP 503', '503', (call: WatchCall) => call.refuse(503, 'ServiceUnavailable')],
  ['HTTP 401', '401', (call: WatchCall) => call.refuse(401, 'Unauthorized')],
  ['HTTP 403', '403', (call: WatchCall) => call.refuse(403, 'Forbidden')],
  ['a line that is no JSON', 'BAD_EVENT', (call: WatchCall) => call.stream().raw('{"type":"ADD\n')],
  ['a line that is no event', 'BAD_EVENT', (call: WatchCall) => call.stream().raw('{"type":"ADDED"}\n')],
  [
    'a line that is no UTF-8',
    'BAD_LINE',
    (call: WatchCall) => call.stream().raw(Buffer.from([0xc3, 0x28, 0x0a])),
  ],
  ['a line that is cut off', 'TRUNCATED_LINE', (call: WatchCall) => cutOff(call)],
])('%s breaks the watch, which goes on from where it was without a list', async (_, cause, disturb) => {
  const { recorder, server, reflector } = await reflect((call) => {
    if (call.verb === 'watchlist') return streamed(call, [objectOf('a', 4)], '5').destroy()
    if (call.index === 0) return disturb(call)
    call.stream().send('MODIFIED', objectOf('a', 8))
  })

  await until(() => expect(recorder.calls).toEqual(['replaced a@4', 'updated a@8']))

  expect(server.calls.map((it) => it.verb)).toEqual(['watchlist', 'watch', 'watch'])
  expect(server.calls[2]?.query.get('resourceVersion')).toBe('5')
  expect(recorder.notes).toContain(`failed ${cause}`)
  expect(recorder.notes).toContain('state broken')
  expect(reflector.state).toBe('live')
})

function cutOff(call: WatchCall): void {
  const stream = call.stream()
  stream.raw('{"type":"ADDED","obj')
  stream.end()
}

test('a Retry-After is waited for, whoever wakes, and no list follows', async () => {
  let refusedAtMs = 0
  const { server, reflector } = await reflect((call) => {
    if (call.verb === 'watchlist') return streamed(call, [], '5').destroy()
    if (call.index > 0) return void call.stream()
    refusedAtMs = performance.now()
    call.refuse(429, 'TooManyRequests', { 'retry-after': '1' })
  })
  await until(() => expect(server.calls).toHaveLength(2))
  await until(() => expect(reflector.state).toBe('broken'))

  reflector.wake()
  await until(() => expect(server.calls).toHaveLength(3))

  expect(performance.now() - refusedAtMs).toBeGreaterThan(900)
  expect(server.calls[2]?.verb).toBe('watch')
})

test('a watch on which nothing comes is replaced by one from where it was, and that is no failure', async () => {
  const clock = new ManualClock()
  const { server, recorder, reflector } = await reflect(
    (call) => {
      if (call.verb === 'watchlist') return void streamed(call, [], '5')
      const stream = call.stream()
      if (call.index === 1) stream.send('ADDED', objectOf('a', 6))
    },
    {},
    { inactivityMs: 150 },
    clock,
  )
  await reflector.synced
  await settled(clock)

  clock.advance(150)
  await until(() => expect(server.calls).toHaveLength(2))
  await settled(clock)
  clock.advance(150)
  await until(() => expect(recorder.calls).toHaveLength(2))

  expect(recorder.notes).toEqual(['listed 0', 'state live'])
  expect(server.calls.map((it) => it.verb)).toEqual(['watchlist', 'watch', 'watch'])
  expect(server.calls[2]?.query.get('resourceVersion')).toBe('5')
  expect(server.openStreams).toHaveLength(1)
})

test('a silent watch whose replacement is not answered is broken', async () => {
  const clock = new ManualClock()
  const { recorder, reflector } = await reflect(
    (call) => (call.verb === 'watchlist' ? void streamed(call, [], '5') : undefined),
    {},
    { inactivityMs: 100, headTimeoutMs: 100 },
    clock,
  )
  await reflector.synced
  await settled(clock)

  clock.advance(100)
  await until(() => expect(reflector.state).toBe('broken'))

  expect(recorder.notes).toContain('failed ETIMEDOUT')
})

test('a WatchList that falls silent is replaced by pages', async () => {
  const { reflector, server } = await reflect(
    (call) => {
      if (call.verb === 'watchlist') return call.stream().send('ADDED', objectOf('a', 1))
      if (call.verb === 'list') return call.list([objectOf('a', 1)], '5')
      call.stream()
    },
    {},
    { inactivityMs: 100 },
  )

  await reflector.synced

  expect(server.calls.map((it) => it.verb).slice(0, 2)).toEqual(['watchlist', 'list'])
})

test('a silent watch after a failure may be from the future: the server is asked, and a list follows', async () => {
  const clock = new ManualClock()
  const { server, recorder, reflector } = await reflect(
    (call) => {
      if (call.verb === 'list') return call.list([], '4')
      if (call.verb === 'watch') return void call.stream()
      const stream = streamed(call, [objectOf('a', call.index === 0 ? 90 : 3)], call.index === 0 ? '99' : '4')
      if (call.index === 0) stream.destroy()
    },
    {},
    { inactivityMs: 150 },
    clock,
  )

  for (const state of ['broken', 'live', 'broken']) {
    await until(() => expect(reflector.state).toBe(state))
    await settled(clock)
    clock.advance(150)
  }
  await until(() => expect(recorder.calls).toEqual(['replaced a@90', 'replaced a@3']))

  // The first list that is older is not believed, the second one is.
  expect(server.calls.map((it) => it.verb)).toEqual(['watchlist', 'watch', 'list', 'watchlist', 'watchlist'])
  expect(server.calls[2]?.query.get('limit')).toBe('1')
  expect(recorder.notes).toContain('failed STALE_LIST')
})

test('a silent watch after a failure whose position the server knows goes on without a list, asked once', async () => {
  const clock = new ManualClock()
  const { server, recorder, reflector } = await reflect(
    (call) => {
      if (call.verb === 'list') return call.list([], '99')
      if (call.verb === 'watch') return void call.stream()
      streamed(call, [], '99').destroy()
    },
    {},
    { inactivityMs: 60 },
    clock,
  )

  await until(() => expect(reflector.state).toBe('broken'))
  for (const watches of [1, 2, 3, 4]) {
    await settled(clock)
    clock.advance(60)
    await until(() => expect(server.calls.filter((it) => it.verb === 'watch')).toHaveLength(watches))
  }

  const verbs = server.calls.map((it) => it.verb)
  expect(verbs.filter((it) => it === 'list')).toHaveLength(1)
  expect(recorder.calls).toEqual(['replaced'])
})

test('a list that is refused for a resourceVersion in the future is asked again without one', async () => {
  const { server, reflector } = await reflect((call) => {
    if (call.verb === 'watchlist') return call.refuse(422, 'Invalid')
    if (call.verb === 'list' && call.index === 0) return call.refuse(504, 'Timeout')
    if (call.verb === 'list') return call.list([], '5')
    call.stream()
  })

  await reflector.synced

  expect(server.calls.filter((it) => it.query.has('resourceVersion') && it.verb !== 'watch')).toEqual([])
})

test('a kind that is not served is absent, and found when it appears', async () => {
  let served = false
  const { reflector, recorder } = await reflect(
    (call) => (served ? void streamed(call, [], '5') : call.refuse(404, 'NotFound')),
    {},
    { backoffInitialMs: 60_000, backoffMaxMs: 60_000 },
  )
  await until(() => expect(reflector.state).toBe('absent'))

  served = true
  reflector.wake()
  await reflector.synced
  await until(() => expect(reflector.state).toBe('live'))

  expect(recorder.calls).toEqual(['replaced'])
})

test('a kind that goes keeps what was delivered until a list says otherwise', async () => {
  const { reflector, recorder } = await reflect((call) => {
    if (call.verb === 'watchlist' && call.index === 0) return streamed(call, [objectOf('a', 4)], '5').end()
    if (call.verb === 'watchlist' && call.index === 2) return void streamed(call, [], '9')
    call.refuse(404, 'NotFound')
  })

  await until(() => expect(recorder.calls).toEqual(['replaced a@4', 'replaced']))
  await until(() => expect(reflector.state).toBe('live'))

  expect(recorder.notes.filter((it) => it.startsWith('state'))).toEqual([
    'state live',
    'state absent',
    'state live',
  ])
})

test('a server that ends every watch at once causes neither a hot loop nor a list', async () => {
  const clock = new ManualClock()
  const { server, reflector } = await reflect(
    (call) => {
      if (call.verb === 'watchlist') return streamed(call, [], '5').end()
      call.stream().end()
    },
    {},
    { backoffInitialMs: 50, shortWatchMs: 60_000 },
    clock,
  )
  await reflector.synced

  await until(() => {
    clock.advance(50)
    expect(server.calls.length).toBeGreaterThan(6)
  })

  expect(server.calls.length).toBeLessThanOrEqual(2 + clock.monotonic() / 50)
  expect(server.calls.filter((it) => it.verb === 'watchlist')).toHaveLength(1)
  expect(reflector.state).toBe('live')
})

test('a watch that lasted before it broke is opened again soon, however often that happens', async () => {
  const clock = new ManualClock()
  const { server, reflector } = await reflect(
    (call) => {
      if (call.verb === 'watchlist') return void streamed(call, [], '5')
      call.stream()
    },
    {},
    { backoffInitialMs: 20, backoffMaxMs: 1000, shortWatchMs: 5000 },
    clock,
  )

  for (const calls of [2, 3, 4, 5]) {
    await until(() => expect(reflector.state).toBe('live'))
    await settled(clock)
    clock.advance(5000)
    server.openStreams[0]?.destroy()
    await until(() => expect(reflector.state).toBe('broken'))
    await settled(clock)
    clock.advance(20)
    await until(() => expect(server.calls).toHaveLength(calls))
  }
})

test('a sink that throws is counted, and the watch goes on', async () => {
  const recorder = createRecorder()
  const { reflector } = await reflect(
    (call) => {
      const stream = streamed(call, [objectOf('a', 1)], '5')
      stream.send('ADDED', objectOf('b', 6))
      stream.send('ADDED', objectOf('c', 7))
    },
    {
      observer: recorder.observer,
      sink: {
        ...recorder,
        updated(object) {
          if (object.metadata.name === 'b') throw new Error('broken sink')
          recorder.updated(object)
        },
      },
    },
  )

  await until(() => expect(recorder.calls).toEqual(['replaced a@1', 'updated c@7']))

  expect(recorder.notes).toEqual(['listed 1', 'state live', 'failed SINK'])
  expect(reflector.state).toBe('live')
})

test('an observer that throws changes nothing', async () => {
  const fail = () => {
    throw new Error('broken observer')
  }
  const { recorder, reflector } = await reflect(
    (call) => {
      if (call.verb === 'watchlist') return streamed(call, [], '5').destroy()
      if (call.index === 0) return call.refuse(500, 'InternalError')
      call.stream().send('ADDED', objectOf('a', 6))
    },
    { observer: { listed: fail, event: fail, failed: fail, stateChanged: fail } },
  )

  await until(() => expect(recorder.calls).toEqual(['replaced', 'updated a@6']))

  expect(reflector.state).toBe('live')
})

test('the transform sees managedFields, the sink does not', async () => {
  const managed = (name: string, version: number) => {
    const object = objectOf(name, version)
    return { ...object, metadata: { ...object.metadata, managedFields: [{ manager: name }] } }
  }
  const { recorder } = await reflect(
    (call) => streamed(call, [managed('a', 1)], '5').send('ADDED', managed('b', 6)),
    {
      transform: (object) => ({
        metadata: { ...object.metadata, labels: { by: object.metadata.managedFields?.[0]?.manager ?? '' } },
      }),
    },
  )

  await until(() => expect(recorder.view.size).toBe(2))

  const seen = [...recorder.view.values()].map(({ metadata }) => [
    metadata.labels?.['by'],
    metadata.managedFields,
  ])
  expect(seen).toEqual([
    ['a', undefined],
    ['b', undefined],
  ])
})

test('a lost event is found by the safety list and repaired, and a watch that lost none is left alone', async () => {
  let stream: EventStream | undefined
  const { recorder, server } = await reflect(
    (call) => {
      if (call.verb === 'watchlist' && call.index > 0) return void streamed(call, [objectOf('a', 7)], '8')
      if (call.verb === 'watchlist') stream = streamed(call, [objectOf('a', 4)], '5')
      else if (call.index < 2) call.list([objectOf('a', 4)], '5')
      else {
        call.list([objectOf('a', 7)], '7')
        if (call.index === 2) stream?.bookmark('7')
      }
    },
    {},
    { safetyMs: 100, safetyPatienceMs: 1000 },
  )

  await until(() => expect(recorder.calls).toEqual(['replaced a@4', 'replaced a@7']))

  expect(server.calls.filter((it) => it.verb === 'list').length).toBeGreaterThan(2)
  expect(server.calls.find((it) => it.verb === 'list')?.accept).toContain('as=PartialObjectMetadataList')
  expect(recorder.notes).toEqual(['listed 1', 'state live', 'failed LOST_EVENT', 'listed 1'])
})

test('stop before the first list rejects synced, and nothing happens after it', async () => {
  const { reflector, server, recorder } = await reflect(() => undefined)
  await until(() => expect(server.calls).toHaveLength(1))

  await reflector.stop()

  await expect(reflector.synced).rejects.toThrow('Cannot watch configmaps: the reflector was stopped')
  expect(recorder.calls).toEqual([])
  reflector.start()
  reflector.wake()
  expect(server.calls).toHaveLength(1)
})

test('the age is that of what came last', async () => {
  const { reflector } = await reflect((call) => void streamed(call, [], '5'))
  await reflector.synced

  await new Promise((resolve) => setTimeout(resolve, 60))

  expect(reflector.ageMs()).toBeGreaterThan(50)
  expect(reflector.ageMs()).toBeLessThan(5000)
})
