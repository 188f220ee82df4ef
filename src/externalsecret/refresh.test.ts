import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Memory } from './memory.ts'
import {
  dueOf,
  forceSyncOf,
  intervalMs,
  isStatusBehind,
  lastRefreshMs,
  nextRefreshMs,
  originsVersion,
  syncedVersionOf,
} from './refresh.ts'

const hourMs = 3_600_000
const nowMs = Date.UTC(2026, 0, 1, 12)
const at = (ms: number) => new Date(ms).toISOString()

type Spec = Partial<ExternalSecret['spec']>
type Status = NonNullable<ExternalSecret['status']>

const metadata = { name: 'db', namespace: 'shop', uid: 'u1', generation: 1, labels: { app: 'shop' } }

/** An ExternalSecret that was synced ten minutes ago and has not changed since. */
function syncedObject(spec: Spec = {}, status: Status = {}, meta: object = metadata): ExternalSecret {
  return {
    metadata: meta,
    spec: { data: [], ...spec },
    status: {
      refreshTime: at(nowMs - 600_000),
      syncedResourceVersion: syncedVersionOf(metadata, ''),
      conditions: [{ type: 'Ready', status: 'True' }],
      ...status,
    },
  } as ExternalSecret
}

function due(object: ExternalSecret, memory?: Partial<Memory>, now = nowMs) {
  const remembered = {
    uid: 'u1',
    refreshedAtMs: nowMs - 600_000,
    target: '',
    targetVersion: '1',
    storeVersion: 's/1',
  }
  return dueOf({
    object,
    memory: memory === undefined ? undefined : { ...remembered, ...memory },
    storeVersion: 's/1',
    sourcesVersion: '',
    nowMs: now,
  })
}

const policies = ['Periodic', 'OnChange', 'CreatedOnce'] as const

describe('a refresh', () => {
  test.each(policies)('with policy %s is due when there never was one', (refreshPolicy) => {
    const { metadata: meta, spec } = syncedObject({ refreshPolicy })

    expect(due({ metadata: meta, spec })).toBe('never synced')
    expect(due({ metadata: meta, spec, status: { refreshTime: 'yesterday' } })).toBe('never synced')
    expect(due({ metadata: meta, spec, status: { refreshTime: null } })).toBe('never synced')
  })

  test.each(policies)(
    'with policy %s is not due while nothing changed and its time has not come',
    (refreshPolicy) => {
      expect(due(syncedObject({ refreshPolicy }))).toBeUndefined()
      expect(due(syncedObject({ refreshPolicy }), {})).toBeUndefined()
    },
  )

  test.each([
    ['a new generation', { ...metadata, generation: 2 }],
    ['another label value', { ...metadata, labels: { app: 'bank' } }],
    ['no labels', { ...metadata, labels: undefined }],
    ['an annotation', { ...metadata, annotations: { 'force-sync': '1' } }],
    ['the annotation that adopts', { ...metadata, annotations: { 'keyferry.io/adopt': 'true' } }],
  ])('is due for %s, whatever the interval', (_, meta) => {
    for (const refreshInterval of ['1h', '0', '0s']) {
      expect(due(syncedObject({ refreshInterval }, {}, meta))).toBe('spec or metadata changed')
    }
    expect(due(syncedObject({ refreshPolicy: 'OnChange' }, {}, meta))).toBe('spec or metadata changed')
    expect(due(syncedObject({ refreshPolicy: 'CreatedOnce' }, {}, meta))).toBeUndefined()
  })

  test.each(['Ready', 'LastSyncSucceeded'])('is due after a failure that %s tells of', (type) => {
    const status = { conditions: [{ type, status: 'False' as const }] }

    expect(due(syncedObject({}, status))).toBe('last sync failed')
    expect(due(syncedObject({ refreshInterval: '0' }, status))).toBe('last sync failed')
    expect(due(syncedObject({ refreshPolicy: 'OnChange' }, status))).toBe('last sync failed')
    expect(due(syncedObject({ refreshPolicy: 'CreatedOnce' }, status))).toBeUndefined()
  })

  test('is due when the store is another one than the values were read from', () => {
    const memory = { storeVersion: 's/0' }

    expect(due(syncedObject(), memory)).toBe('store changed')
    expect(due(syncedObject({ refreshInterval: '0' }), memory)).toBe('store changed')
    expect(due(syncedObject({ refreshPolicy: 'OnChange' }), memory)).toBeUndefined()
    expect(due(syncedObject({ refreshPolicy: 'CreatedOnce' }), memory)).toBeUndefined()
  })

  test('is due when the interval is over', () => {
    const late = { refreshTime: at(nowMs - hourMs) }

    expect(due(syncedObject({ refreshInterval: '1h' }, late))).toBe('interval')
    expect(due(syncedObject({ refreshPolicy: 'Periodic', refreshInterval: '1h' }, late))).toBe('interval')
    expect(due(syncedObject({}, late))).toBe('interval')
    expect(due(syncedObject({ refreshInterval: '2h' }, late))).toBeUndefined()
  })

  test.each([{ refreshInterval: '0' }, { refreshInterval: '0s' }, { refreshPolicy: 'OnChange' as const }])(
    'is never due by the clock with %j',
    (spec) => {
      const object = syncedObject(spec, { refreshTime: at(0) })

      expect(due(object)).toBeUndefined()
      expect(nextRefreshMs(object, 0, nowMs)).toBeUndefined()
    },
  )

  test('that seems to lie in the future is due: that clock was wrong', () => {
    expect(due(syncedObject({}, { refreshTime: at(nowMs + 1000) }))).toBe('interval')
    expect(due(syncedObject({ refreshInterval: '0' }, { refreshTime: at(nowMs + 1000) }))).toBeUndefined()
  })

  test('that this process remembers counts more than the one in the status, which may be ten minutes old', () => {
    const object = syncedObject({}, { refreshTime: at(nowMs - 2 * hourMs) })

    expect(due(object)).toBe('interval')
    expect(due(object, { refreshedAtMs: nowMs - 1000 })).toBeUndefined()
  })
})

describe('the interval', () => {
  test.each([
    [undefined, hourMs],
    ['', hourMs],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['0', 0],
    ['10ms', 1000],
  ])('of refreshInterval %s is %s ms', (refreshInterval, ms) => {
    const spec = refreshInterval === undefined ? {} : { refreshInterval }

    expect(intervalMs(spec)).toBe(ms)
  })

  test('is kept by each object at its own 90 to 100 %, always the same', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 1_000_000 }), (uid, seconds) => {
        const object = syncedObject({ refreshInterval: `${seconds}s` }, {}, { ...metadata, uid })
        const delayMs = nextRefreshMs(object, nowMs, nowMs) ?? 0

        expect(delayMs).toBeGreaterThanOrEqual(900 * seconds)
        expect(delayMs).toBeLessThanOrEqual(1000 * seconds)
        expect(nextRefreshMs(object, nowMs, nowMs)).toBe(delayMs)
      }),
    )
  })

  test('spreads objects that began together', () => {
    const delays = Array.from({ length: 100 }, (_, index) =>
      nextRefreshMs(syncedObject({}, {}, { ...metadata, uid: `u${index}` }), nowMs, nowMs),
    )

    expect(new Set(delays).size).toBeGreaterThan(95)
    expect(Math.max(...delays.map(Number)) - Math.min(...delays.map(Number))).toBeGreaterThan(hourMs * 0.08)
  })

  test('that is over leaves no time to wait', () => {
    expect(nextRefreshMs(syncedObject(), nowMs - 2 * hourMs, nowMs)).toBe(0)
  })
})

describe('templates of other objects', () => {
  const dueWith = (status: Status, sourcesVersion: string) =>
    dueOf({ object: syncedObject({}, status), memory: undefined, storeVersion: 's/1', sourcesVersion, nowMs })

  test.each([
    ['are as they were', syncedVersionOf(metadata, 'a'), 'a', undefined],
    ['are others', syncedVersionOf(metadata, 'a'), 'b', 'templates changed'],
    ['came to be', syncedVersionOf(metadata, ''), 'a', 'templates changed'],
    ['changed with the spec', `9${syncedVersionOf(metadata, 'a')}`, 'b', 'spec or metadata changed'],
  ])('%s', (_, syncedResourceVersion, sourcesVersion, expected) => {
    expect(dueWith({ syncedResourceVersion }, sourcesVersion)).toBe(expected)
  })
})

describe('stores, by what the status says of them after a restart,', () => {
  const stores = (version: string) => originsVersion('', version)
  const dueWith = (synced: string, now: string, spec: Spec = {}) => {
    const object = syncedObject(spec, { syncedResourceVersion: syncedVersionOf(metadata, synced) })
    return dueOf({ object, memory: undefined, storeVersion: 's/1', sourcesVersion: now, nowMs })
  }

  test.each([
    ['are as they were', stores('a'), stores('a'), undefined],
    ['are others', stores('a'), stores('b'), 'store changed'],
    ['are not known', '', stores('b'), undefined],
    [
      'are others beside the same templates',
      originsVersion('1', 'a'),
      originsVersion('1', 'b'),
      'store changed',
    ],
    [
      'are the same beside other templates',
      originsVersion('1', 'a'),
      originsVersion('2', 'a'),
      'templates changed',
    ],
    ['are not known beside the same templates', '1', originsVersion('1', 'b'), undefined],
  ])('%s', (_, synced, now, expected) => {
    expect(dueWith(synced, now)).toBe(expected)
    expect(dueWith(synced, now, { refreshInterval: '0' })).toBe(expected)
    expect(dueWith(synced, synced, { refreshPolicy: 'OnChange' })).toBeUndefined()
  })
})

describe('the synced version', () => {
  test('is the same whatever the order of labels and annotations', () => {
    const one = { name: 'db', generation: 3, labels: { a: '1', b: '2' }, annotations: { c: '3', d: '4' } }
    const other = { name: 'db', generation: 3, annotations: { d: '4', c: '3' }, labels: { b: '2', a: '1' } }

    expect(syncedVersionOf(one, '')).toBe(syncedVersionOf(other, ''))
    expect(syncedVersionOf(one, '')).toMatch(/^3-[0-9a-f]{56}$/)
  })

  test('tells a label from an annotation, and does not move with the resourceVersion', () => {
    const labelled = { name: 'db', labels: { a: '1' } }

    expect(syncedVersionOf(labelled, '')).not.toBe(
      syncedVersionOf({ name: 'db', annotations: { a: '1' } }, ''),
    )
    expect(syncedVersionOf(labelled, '')).toBe(syncedVersionOf({ ...labelled, resourceVersion: '7' }, ''))
  })
})

test.each([
  [{}, undefined],
  [{ 'force-sync': '1' }, '1'],
  [{ 'external-secrets.io/force-sync': '2' }, '2'],
  [{ 'external-secrets.io/force-sync': '2', 'force-sync': '' }, ''],
])('of the annotations %j the value that asks for a sync is %s', (annotations, value) => {
  expect(forceSyncOf({ name: 'db', annotations })).toBe(value)
})

test('asking for a sync with the same value again does nothing', () => {
  const meta = { ...metadata, annotations: { 'force-sync': '1' } }

  expect(due(syncedObject({}, { syncedResourceVersion: syncedVersionOf(meta, '') }, meta))).toBeUndefined()
})

test.each([
  ['a failure', { conditions: [{ type: 'LastSyncSucceeded', status: 'False' as const }] }, true],
  ['a suspension', { conditions: [{ type: 'Suspended', status: 'True' as const }] }, true],
  ['an older generation', { observedGeneration: 0 }, true],
  ['this generation', { observedGeneration: 1 }, false],
  ['no generation, as under an older CRD', {}, false],
])('a status that tells of %s is behind: %s', (_, status, isBehind) => {
  expect(isStatusBehind(syncedObject({}, status))).toBe(isBehind)
})

test('without memory and status there was no refresh', () => {
  expect(lastRefreshMs({ metadata, spec: {} }, undefined)).toBeUndefined()
})
