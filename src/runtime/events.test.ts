import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import type { Client } from '../kube/client.ts'
import { ApiError, TransportError } from '../kube/errors.ts'
import { configMapKind, type Kind } from '../kube/kind.ts'
import type { ObjectRef } from '../kube/object.ts'
import { createLog } from '../std/log.ts'
import type { EventObject } from './event-object.ts'
import {
  createEventRecorder,
  type EventRecorder,
  type EventRecorderOptions,
  type Occurrence,
} from './events.ts'

type Created = EventObject & { readonly note: string }

let clock: ManualClock
let created: Created[]
let patched: { readonly name: string; readonly patch: object }[]
let refusals: Error[]
let dropped: number
/** While it is there, every request waits for it. */
let gate: Promise<void> | undefined

beforeEach(() => {
  clock = new ManualClock()
  created = []
  patched = []
  refusals = []
  dropped = 0
  gate = undefined
})

function start(options: Partial<EventRecorderOptions> = {}): EventRecorder {
  const pass = async (signal: AbortSignal) => {
    if (gate !== undefined)
      await Promise.race([gate, new Promise((_, reject) => signal.addEventListener('abort', reject))])
    const refusal = refusals.shift()
    if (refusal !== undefined) throw refusal
  }
  const there = new Set<string>()
  const client = {
    create: async (_: Kind, event: Created, { signal }: { signal: AbortSignal }) => {
      await pass(signal).catch((error: unknown) => {
        if (error instanceof ApiError && error.reason === 'AlreadyExists') there.add(event.metadata.name)
        throw error
      })
      there.add(event.metadata.name)
      created.push(event)
      return event
    },
    mergePatch: async (_: Kind, ref: ObjectRef, patch: object, { signal }: { signal: AbortSignal }) => {
      const isThere = there.has(ref.name)
      await pass(signal)
      if (!isThere) throw new ApiError('no such Event', { status: 404, reason: 'NotFound' })
      patched.push({ name: ref.name, patch })
      return patch
    },
  } as unknown as Client
  const log = createLog('silent')
  return createEventRecorder({ client, clock, log, instance: 'host', onDropped: () => dropped++, ...options })
}

const occurrence = (message = 'It happened', name = 'app'): Occurrence => ({
  controller: 'externalsecret',
  kind: configMapKind,
  object: { metadata: { namespace: 'shop', name, uid: name } },
  type: 'Normal',
  reason: 'Synced',
  action: 'Updated',
  message,
})

describe('repeats', () => {
  test('that come while the first is on its way join it all the same', async () => {
    const arrival = Promise.withResolvers<void>()
    gate = arrival.promise
    const recorder = start()
    recorder.record(occurrence())
    recorder.record(occurrence())
    await settle()
    arrival.resolve()
    await settle()

    expect(created).toHaveLength(1)
    expect(patched.map(({ patch }) => patch)).toMatchObject([{ series: { count: 2 } }])
  })

  test('within six minutes join the first Event, counted from two', async () => {
    const recorder = start()
    for (let at = 0; at < 3; at++) {
      recorder.record(occurrence())
      await settle()
      clock.advance(60_000)
    }

    expect(created).toHaveLength(1)
    expect(patched.map(({ patch }) => patch)).toMatchObject([
      { series: { count: 2 } },
      { series: { count: 3 } },
    ])
  })

  test('of an Event that somebody deleted are a new one', async () => {
    const recorder = start()
    recorder.record(occurrence())
    await settle()
    refusals = [new ApiError('no such Event', { status: 404, reason: 'NotFound' })]
    recorder.record(occurrence())
    await settle()

    expect(created).toHaveLength(2)
    expect(dropped).toBe(0)
  })

  test('after six minutes of quiet are a new Event', async () => {
    const recorder = start()
    recorder.record(occurrence())
    await settle()
    clock.advance(361_000)
    recorder.record(occurrence())
    await settle()

    expect(created).toHaveLength(2)
  })

  test('with other words, or of another object, are Events of their own', async () => {
    const recorder = start()
    recorder.record(occurrence())
    recorder.record(occurrence('Something else'))
    recorder.record(occurrence('It happened', 'other'))
    await settle()

    expect(created).toHaveLength(3)
  })
})

describe('an API server that does not take Events', () => {
  test('for a moment gets them again', async () => {
    refusals = [new TransportError('reset', 'ECONNRESET'), new ApiError('busy', { status: 503 })]
    start().record(occurrence())

    await settle()
    await clock.pass(2000, 500)

    expect(created).toHaveLength(1)
    expect(dropped).toBe(0)
  })

  test('but took one whose answer was lost has it, and counts its repeats', async () => {
    refusals = [
      new TransportError('reset', 'ECONNRESET'),
      new ApiError('exists', { status: 409, reason: 'AlreadyExists' }),
    ]
    const recorder = start()
    recorder.record(occurrence())
    await settle()
    await clock.pass(1000, 500)
    recorder.record(occurrence())
    await settle()

    expect(dropped).toBe(0)
    expect(patched.map(({ patch }) => patch)).toMatchObject([{ series: { count: 2 } }])
  })

  test('for good is not asked for ever', async () => {
    refusals = Array.from({ length: 10 }, () => new ApiError('busy', { status: 503 }))
    start().record(occurrence())

    await settle()
    await clock.pass(60_000, 500)

    expect(refusals).toHaveLength(7)
    expect(dropped).toBe(1)
  })

  test('is not asked again when it forbids them', async () => {
    refusals = [new ApiError('forbidden', { status: 403 })]
    start().record(occurrence())

    await settle()

    expect(dropped).toBe(1)
    expect(clock.timerCount).toBe(0)
  })

  test('and is slow fills the queue, which then drops and counts', async () => {
    gate = new Promise(() => {})
    const recorder = start({ maxQueued: 5, concurrency: 1 })

    for (let at = 0; at < 10; at++) recorder.record(occurrence('It happened', `app-${at}`))
    await settle()

    expect(dropped).toBe(4)
    const stopped = recorder.stop(1000)
    await clock.pass(1000)
    await stopped
  })
})

test('Events are spread over time when there are many', async () => {
  const recorder = start({ burst: 10, perSecond: 2, concurrency: 1 })
  for (let at = 0; at < 10; at++) recorder.record(occurrence('It happened', `a-${at}`))
  await settle()
  for (let at = 0; at < 4; at++) recorder.record(occurrence('It happened', `b-${at}`))
  await settle()
  expect(created).toHaveLength(10)

  await clock.pass(1000, 100)
  expect(created).toHaveLength(12)
  await clock.pass(1000, 100)

  expect(created).toHaveLength(14)
})

describe('while objects wait for their turn', () => {
  let isBusy: boolean
  beforeEach(() => {
    isBusy = true
  })

  test('Events wait for them, and tell when it was', async () => {
    const recorder = start({ isBusy: () => isBusy })
    recorder.record(occurrence())
    await clock.pass(3000, 500)
    expect(created).toEqual([])

    isBusy = false
    await clock.pass(100, 50)

    expect(created).toMatchObject([{ eventTime: '2026-01-01T00:00:00.000000Z' }])
  })

  test('no Event waits for more than five seconds', async () => {
    const recorder = start({ isBusy: () => isBusy })
    recorder.record(occurrence())
    await clock.pass(4900, 50)
    recorder.record(occurrence('Something else'))
    await clock.pass(100, 50)

    expect(created).toHaveLength(1)
    expect(clock.timerCount).toBe(1)
  })

  test('a stop waits for nobody', async () => {
    const recorder = start({ isBusy: () => isBusy })
    for (let at = 0; at < 100; at++) recorder.record(occurrence('It happened', `app-${at}`))
    await settle()

    const stopped = recorder.stop(5000)
    await clock.pass(50)
    await stopped

    expect(created).toHaveLength(100)
  })
})

describe('stop', () => {
  test('sends what is queued and takes nothing more', async () => {
    const recorder = start()
    recorder.record(occurrence())

    await recorder.stop(5000)
    recorder.record(occurrence('late'))
    await settle()

    expect(created).toHaveLength(1)
    expect(dropped).toBe(1)
  })

  test('waits no longer than it was told', async () => {
    gate = new Promise(() => {})
    const recorder = start()
    recorder.record(occurrence())

    const stopped = recorder.stop(5000)
    await clock.pass(5000)
    await stopped

    expect(created).toEqual([])
    expect(clock.timerCount).toBe(0)
  })
})
