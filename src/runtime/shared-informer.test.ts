import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { Reflector, ReflectorObserver, ReflectorState, Sink } from '../kube/reflector.ts'
import { systemClock } from '../std/clock.ts'
import { createLog } from '../std/log.ts'
import type { Informer } from './informer.ts'
import { createInformer, type InformerOptions } from './shared-informer.ts'
import type { Change } from './store.ts'

/** A reflector in memory: the test plays the API server. */
class Feed implements Reflector {
  readonly #synced = Promise.withResolvers<void>()
  readonly synced = this.#synced.promise
  state: ReflectorState = 'starting'
  age = 0
  wakes = 0
  sink: Sink<KubeObject> | undefined
  observer: ReflectorObserver | undefined

  readonly make = (sink: Sink<KubeObject>, observer: ReflectorObserver): this => {
    this.sink = sink
    this.observer = observer
    return this
  }

  start(): void {}

  list(...objects: KubeObject[]): void {
    this.state = 'live'
    this.sink?.replaced(objects)
    this.#synced.resolve()
  }

  ageMs(): number {
    return this.age
  }

  wake(): void {
    this.wakes++
  }

  async stop(): Promise<void> {
    this.#synced.reject(new Error('stopped'))
  }
}

const objectOf = (key: string, resourceVersion: number, color = 'red', uid = key): KubeObject => {
  const [namespace = '', name = ''] = key.split('/')
  return { metadata: { namespace, name, uid, resourceVersion: String(resourceVersion), labels: { color } } }
}
const indexers = { color: (object: KubeObject) => [object.metadata.labels?.['color'] ?? ''] }

function start(feeds: Feed[], more: Partial<InformerOptions<KubeObject>> = {}): Informer<KubeObject> {
  const log = createLog('silent')
  const informer = createInformer({
    title: 'things',
    log,
    clock: systemClock,
    indexers,
    reflectors: feeds.map((it) => it.make),
    ...more,
  })
  informer.start()
  return informer
}

const sketch = ({ key, old, now, initial }: Change<KubeObject>) =>
  `${initial ? 'initial ' : ''}${key} ${old?.metadata.resourceVersion ?? '-'}>${now?.metadata.resourceVersion ?? '-'}`

let feed: Feed
let informer: Informer<KubeObject>
let changes: string[]

beforeEach(() => {
  feed = new Feed()
  informer = start([feed])
  changes = []
  informer.onChange((change) => changes.push(sketch(change)))
})

describe('changes', () => {
  test('of the first list are initial, those of later lists are not', () => {
    feed.list(objectOf('a/x', 1))
    feed.list(objectOf('a/x', 1), objectOf('a/y', 2))

    expect(changes).toEqual(['initial a/x ->1', 'a/y ->2'])
  })

  test('of a list are what differs: new, newer and gone', () => {
    feed.list(objectOf('a/same', 1), objectOf('a/newer', 2), objectOf('a/gone', 3))
    changes.length = 0

    feed.list(objectOf('a/same', 1), objectOf('a/newer', 5), objectOf('a/new', 4))

    expect(changes).toEqual(['a/newer 2>5', 'a/new ->4', 'a/gone 3>-'])
  })

  test('carry the old object and the new one', () => {
    feed.list(objectOf('a/x', 1))
    feed.sink?.updated(objectOf('a/x', 2))
    feed.sink?.removed(objectOf('a/x', 3))

    expect(changes).toEqual(['initial a/x ->1', 'a/x 1>2', 'a/x 2>-'])
  })

  test('are not told for the same version, or for a removal of what is not there', () => {
    feed.list(objectOf('a/x', 1))
    feed.sink?.updated(objectOf('a/x', 1))
    feed.sink?.removed(objectOf('a/stranger', 9))

    expect(changes).toEqual(['initial a/x ->1'])
  })

  test('come after the store holds the whole list', () => {
    const sizes: number[] = []
    informer.onChange(() => sizes.push(informer.store.size))

    feed.list(objectOf('a/x', 1), objectOf('a/y', 2))

    expect(sizes).toEqual([2, 2])
  })

  test('reach the other listeners when one throws', () => {
    const seen: string[] = []
    informer.onChange(() => {
      throw new Error('broken listener')
    })
    informer.onChange((change) => seen.push(change.key))

    feed.list(objectOf('a/x', 1))

    expect(seen).toEqual(['a/x'])
  })

  test('end for a listener that was taken back', () => {
    const seen: string[] = []
    const stopListening = informer.onChange((change) => seen.push(change.key))
    stopListening()

    feed.list(objectOf('a/x', 1))

    expect(seen).toEqual([])
  })
})

describe('several namespaces', () => {
  test('a list of one does not touch the other', () => {
    const feeds = [new Feed(), new Feed()]
    informer = start(feeds)
    feeds[0]?.list(objectOf('a/x', 1))
    feeds[1]?.list(objectOf('b/x', 2))

    feeds[0]?.list()

    expect([...informer.store.list()].map((it) => it.metadata.namespace)).toEqual(['b'])
  })

  test('are synced when all are', async () => {
    const feeds = [new Feed(), new Feed()]
    informer = start(feeds)
    let isSynced = false
    const synced = informer.synced.then(() => (isSynced = true))

    feeds[0]?.list()
    await Promise.resolve()
    expect(isSynced).toBe(false)
    feeds[1]?.list()
    await synced

    expect(isSynced).toBe(true)
  })

  test('are in the worst of their states and as old as the oldest', () => {
    const feeds = [new Feed(), new Feed()]
    informer = start(feeds)
    feeds[0]?.list()
    expect(informer.state).toBe('starting')
    feeds[1]?.list()
    expect(informer.state).toBe('live')

    Object.assign(feeds[0] ?? {}, { state: 'absent', age: 3 })
    expect(informer.state).toBe('absent')
    Object.assign(feeds[1] ?? {}, { state: 'broken', age: 7 })

    expect(informer.state).toBe('broken')
    expect(informer.ageMs()).toBe(7)
  })
})

test('a kind that is not served counts as synced, and is told to the observer', async () => {
  const told: string[] = []
  const observer = {
    listed() {},
    event() {},
    failed() {},
    stateChanged: (state: string) => void told.push(state),
  }
  informer = start([feed], { observer })

  feed.observer?.stateChanged('absent')

  await informer.synced
  expect(told).toEqual(['absent'])
})

test.each([
  ['counts as synced where that may be', true, 'synced'],
  ['is waited for elsewhere', false, 'waiting'],
])('a kind that may not be listed %s', async (_what, mayBeForbidden, expected) => {
  const failed = vi.fn<(cause: string) => void>()
  const observer = { listed() {}, event() {}, failed, stateChanged() {} }
  informer = start([feed], { mayBeForbidden, observer })

  feed.observer?.failed('500')
  expect(await Promise.race([informer.synced.then(() => 'synced'), setImmediate('waiting')])).toBe('waiting')
  feed.observer?.failed('403')

  expect(await Promise.race([informer.synced.then(() => 'synced'), setImmediate('waiting')])).toBe(expected)
  expect(failed.mock.calls).toEqual([['500'], ['403']])
})

test('stopped before its first list, it tells those who wait', async () => {
  await informer.stop()

  await expect(informer.synced).rejects.toThrow('stopped')
})

test('an index that was not declared is a RangeError', () => {
  expect(() => informer.store.byIndex('size', 'big')).toThrow(RangeError)
})

const keys = fc.constantFrom('a/x', 'a/y', 'b/x', 'b/y', 'b/z')
const colors = fc.constantFrom('red', 'green', 'blue')
const step = fc.oneof(
  fc.record({ do: fc.constant('updated' as const), key: keys, color: colors }),
  fc.record({ do: fc.constant('removed' as const), key: keys }),
  fc.record({ do: fc.constant('replaced' as const), colors: fc.dictionary(keys, colors) }),
)

test('store, indexes and changes agree with a plain map, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const feed = new Feed()
      const informer = start([feed])
      const replayed = new Map<string, KubeObject>()
      informer.onChange(({ key, old, now }) => {
        expect(replayed.get(key)).toBe(old)
        if (now === undefined) replayed.delete(key)
        else replayed.set(key, now)
      })
      let model = new Map<string, KubeObject>()
      let version = 0

      for (const it of steps) {
        version++
        if (it.do === 'updated') {
          model.set(it.key, objectOf(it.key, version, it.color))
          feed.sink?.updated(objectOf(it.key, version, it.color))
        } else if (it.do === 'removed') {
          model.delete(it.key)
          feed.sink?.removed(objectOf(it.key, version))
        } else {
          model = new Map(
            Object.entries(it.colors).map(([key, color]) => [key, objectOf(key, version, color)]),
          )
          feed.list(...model.values())
        }

        const expected = [...model.values()]
        expect(new Set(informer.store.list())).toEqual(new Set(expected))
        expect(new Set(replayed.values())).toEqual(new Set(expected))
        expect(informer.store.size).toBe(model.size)
        for (const color of ['red', 'green', 'blue']) {
          const found = new Set(informer.store.byIndex('color', color))
          expect(found).toEqual(new Set(expected.filter((it) => it.metadata.labels?.['color'] === color)))
        }
        for (const namespace of ['a', 'b']) {
          const found = new Set(informer.store.list(namespace))
          expect(found).toEqual(new Set(expected.filter((it) => it.metadata.namespace === namespace)))
        }
      }
    }),
  )
})

describe('recovery', () => {
  const become = (feed: Feed, state: ReflectorState) => {
    feed.state = state
    feed.observer?.stateChanged(state)
  }

  test('is told once, when the last broken watch is live again', () => {
    const feeds = [new Feed(), new Feed()] as const
    const informer = start([...feeds])
    let told = 0
    informer.onRecovery(() => told++)

    for (const feed of feeds) become(feed, 'live')
    expect(told).toBe(0)
    for (const feed of feeds) become(feed, 'broken')
    become(feeds[0], 'live')
    expect([told, informer.liveMs()]).toEqual([0, 0])
    become(feeds[1], 'live')

    expect(told).toBe(1)
  })
})
