import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import type { KubeObject } from '../kube/object.ts'
import { createLog } from '../std/log.ts'
import type { Controller } from './controller.ts'
import type { EventRecorder } from './events.ts'
import { NotLeadingError } from './guard.ts'
import type { SmallServer } from './http.ts'
import type { Informer } from './informer.ts'
import type { Elector } from './leader.ts'
import { type ManagerOptions, runManager } from './manager.ts'

let clock: ManualClock
let steps: string[]
let stop: AbortController

beforeEach(() => {
  clock = new ManualClock()
  steps = []
  stop = new AbortController()
})

const step = (name: string) => async () => void steps.push(name)

function informer(title: string, synced: Promise<void> = Promise.resolve()): Informer<KubeObject> {
  return {
    title,
    synced,
    state: 'broken',
    start: () => steps.push(`${title} start`),
    stop: step(`${title} stop`),
  } as unknown as Informer<KubeObject>
}

/** Wins when told to. */
class Election implements Elector {
  noteOfLeader(): undefined {
    return undefined
  }

  isLeader = false
  readonly won = Promise.withResolvers<void>()
  readonly lost = new AbortController()
  readonly signal = this.lost.signal
  check(): void {}
  async campaign(signal: AbortSignal): Promise<void> {
    steps.push('campaign')
    signal.addEventListener('abort', () => this.won.reject(signal.reason))
    await this.won.promise
  }
  async release(): Promise<void> {
    steps.push('release')
  }
}

function run(more: Partial<ManagerOptions> = {}): Promise<void> {
  const server: SmallServer = {
    name: 'metrics',
    port: undefined,
    start: step('server start'),
    stop: step('server stop'),
  }
  const controller: Controller = {
    name: 'c',
    start: () => void steps.push('controller start'),
    stop: step('controller stop'),
    enqueue: () => undefined,
    wakeFailing: () => undefined,
    isBehind: () => false,
  }
  const recorder: EventRecorder = { record: () => undefined, stop: step('events flushed') }
  return runManager(
    {
      servers: [server],
      informers: [informer('things')],
      controllers: [controller],
      recorders: [recorder],
      log: createLog('silent'),
      clock,
      ...more,
    },
    stop.signal,
  )
}

describe('the order', () => {
  test('of start is servers, informers, election, controllers; of stop the reverse, the lease last', async () => {
    const elector = new Election()
    const running = run({ elector })
    await settle()
    expect(steps).toEqual(['server start', 'things start', 'campaign'])

    elector.won.resolve()
    await settle()
    stop.abort()
    await running

    expect(steps.slice(3)).toEqual([
      'controller start',
      'controller stop',
      'events flushed',
      'things stop',
      'server stop',
      'release',
    ])
    expect(clock.timerCount).toBe(0)
  })

  test('without election goes straight to the controllers', async () => {
    const running = run()
    await settle()
    stop.abort()
    await running

    expect(steps).toContain('controller start')
    expect(steps).not.toContain('release')
  })

  test('puts no replica up for election before its caches are synced', async () => {
    const synced = Promise.withResolvers<void>()
    const elector = new Election()
    const running = run({ elector, informers: [informer('things', synced.promise)] })
    await settle()
    expect(steps).not.toContain('campaign')

    synced.resolve()
    await settle()

    expect(steps).toContain('campaign')
    stop.abort()
    await running
  })

  test('does not wait for caches that may never be there', async () => {
    const optional = [informer('crds', new Promise(() => {}))]
    const running = run({ informers: [informer('things'), ...optional], optional })
    await settle()

    expect(steps).toContain('crds start')
    expect(steps).toContain('controller start')
    stop.abort()
    await running
  })

  test('does not let one kind that cannot be listed idle the others for ever', async () => {
    const running = run({ informers: [informer('things', new Promise(() => {}))], syncTimeoutMs: 120_000 })
    await settle()

    await clock.pass(120_000)

    expect(steps).toContain('controller start')
    stop.abort()
    await running
  })
})

describe('the end', () => {
  test('by lost leadership rejects at once and stops nothing in order', async () => {
    const elector = new Election()
    const running = run({ elector })
    elector.won.resolve()
    await settle()

    elector.lost.abort(new NotLeadingError('Leadership is over: test'))

    await expect(running).rejects.toThrow(NotLeadingError)
    expect(steps).not.toContain('controller stop')
    expect(steps).not.toContain('release')
  })

  test('while waiting for leadership is an ordinary one', async () => {
    const running = run({ elector: new Election() })
    await settle()

    stop.abort()
    await running

    expect(steps).not.toContain('controller start')
    expect(steps.at(-1)).toBe('release')
  })

  test('while caches are not synced is an ordinary one', async () => {
    const running = run({ informers: [informer('things', new Promise(() => {}))] })
    await settle()

    stop.abort()
    await running

    expect(steps).not.toContain('controller start')
    expect(clock.timerCount).toBe(0)
  })

  test('gives the lease back although something hangs', async () => {
    const elector = new Election()
    const hanging = { ...informer('stuck'), stop: () => new Promise<void>(() => {}) }
    const running = run({ elector, informers: [hanging] })
    elector.won.resolve()
    await settle()

    stop.abort()
    await settle()
    await clock.pass(25_000, 1000)
    await running

    expect(steps.at(-1)).toBe('release')
  })

  test('comes with the error when a server cannot listen, after what was started is stopped', async () => {
    const broken: SmallServer = {
      name: 'metrics',
      port: undefined,
      start: () => Promise.reject(new Error('address in use')),
      stop: step('server stop'),
    }

    await expect(run({ servers: [broken] })).rejects.toThrow('address in use')
    expect(steps).not.toContain('things start')
  })
})
