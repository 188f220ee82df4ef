import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Bench, done, failed } from '../../test/fakes/runtime/bench.ts'
import { ApiError, TransportError } from '../kube/errors.ts'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(() => bench.end())

describe('a failure', () => {
  test('that may pass shows on a first attempt, with one Event, and is retried after 4 to 6 s', async () => {
    bench.reconcile = () => Promise.reject(failed('GatewayUnreachable'))
    await bench.start({ failureAction: 'UpdateFailed' })
    bench.cluster.put('a')
    await settle()

    expect(bench.cluster.read('a')).toBe(
      'Ready=False GatewayUnreachable, LastSyncSucceeded=False GatewayUnreachable, Reconciling=True GatewayUnreachable',
    )
    await bench.clock.pass(3900)
    expect(bench.runs).toHaveLength(1)
    await bench.clock.pass(2200)
    expect(bench.runs).toHaveLength(2)
    expect(bench.runs[1]?.failures).toBe(1)
    expect(bench.told()).toEqual(['Warning GatewayUnreachable UpdateFailed'])
    expect(bench.cluster.writes).toHaveLength(1)
  })

  test('after a success leaves Ready until it is stale, and fields as they were; each transition is told', async () => {
    bench.reconcile = () => done({ fields: { binding: 'db' } })
    await bench.start()
    bench.cluster.put('a')
    await settle()
    bench.reconcile = () => Promise.reject(failed('GatewayUnreachable'))
    bench.controller.enqueue('shop/a')
    await settle()

    expect(bench.cluster.read('a')).toBe('Ready=True Synced, LastSyncSucceeded=False GatewayUnreachable')
    await bench.clock.pass(599_000, 1000)
    expect(bench.cluster.read('a')).toBe('Ready=True Synced, LastSyncSucceeded=False GatewayUnreachable')
    await bench.clock.pass(1000)

    expect(bench.cluster.read('a')).toBe('Ready=False Stale, LastSyncSucceeded=False GatewayUnreachable')
    expect(bench.cluster.status('a').binding).toBe('db')
    expect(bench.told().map((it) => it.split(' ')[1])).toEqual(['Synced', 'GatewayUnreachable', 'Stale'])
  })

  test('of a right is not believed while the API server may be starting up', async () => {
    const forbidden = new ApiError('Cannot patch Secret', { status: 403, reason: 'Forbidden' })
    bench.reconcile = () => Promise.reject(forbidden)
    await bench.start()
    bench.cluster.put('a')
    await settle()
    expect(bench.cluster.read('a')).toContain('Reconciling=True AccessDenied')

    await bench.clock.pass(20_000, 500)

    expect(bench.cluster.read('a')).toContain('Stalled=True AccessDenied')
  })

  test('is tried again as soon as the API server is back, however long its back-off is', async () => {
    bench.reconcile = () => Promise.reject(new TransportError('Cannot reach the API server', 'ECONNREFUSED'))
    await bench.start()
    bench.cluster.put('a')
    await settle()
    bench.watchIs('broken')
    await bench.clock.pass(60_000, 1000)
    const before = bench.runs.length
    bench.reconcile = () => done()

    bench.watchIs('live')
    await settle()

    expect(bench.runs).toHaveLength(before + 1)
    expect(bench.cluster.read('a')).toBe('Ready=True Synced, LastSyncSucceeded=True Synced')
  })

  test('that heals is told as such', async () => {
    await bench.start()
    bench.cluster.put('a')
    await settle()
    bench.reconcile = () => Promise.reject(failed('GatewayUnreachable'))
    bench.controller.enqueue('shop/a')
    await settle()
    bench.reconcile = () => done()

    await bench.clock.pass(6000)

    expect(bench.told().map((it) => it.split(' ')[1])).toEqual(['Synced', 'GatewayUnreachable', 'Synced'])
    expect(bench.cluster.read('a')).toBe('Ready=True Synced, LastSyncSucceeded=True Synced')
  })

  test('that needs a person is Stalled at once and tried again by the same back-off', async () => {
    bench.reconcile = () => Promise.reject(failed('AccessDenied', true))
    await bench.start()
    bench.cluster.put('a')
    await settle()
    expect(bench.runs).toHaveLength(1)

    await bench.clock.pass(6_500, 500)

    expect(bench.runs).toHaveLength(2)
    expect(bench.cluster.read('a')).toContain('Stalled=True AccessDenied')
    expect(await bench.metric('controller_runtime_terminal_reconcile_errors_total')).toContain(' 2')
  })

  test('waits as long as the other side asked, but never longer than the longest back-off', async () => {
    bench.reconcile = () => Promise.reject(failed('Throttled', false, 60_000))
    await bench.start()
    bench.cluster.put('a')
    await settle()

    await bench.clock.pass(59_000)
    expect(bench.runs).toHaveLength(1)
    await bench.clock.pass(1000)
    expect(bench.runs).toHaveLength(2)

    bench.reconcile = () => Promise.reject(failed('Throttled', false, 86_400_000))
    await bench.clock.pass(60_000)
    expect(bench.runs).toHaveLength(3)
    await bench.clock.pass(300_000)
    expect(bench.runs).toHaveLength(4)
  })

  test('backs off less after a new spec', async () => {
    bench.reconcile = () => Promise.reject(failed('GatewayUnreachable'))
    await bench.start()
    bench.cluster.put('a')
    await bench.clock.pass(120_000, 1000)
    const before = bench.runs.length
    expect(bench.runs.at(-1)?.failures).toBeGreaterThan(2)

    bench.cluster.put('a', { generation: 2 })
    await settle()

    expect(bench.runs.length).toBe(before + 1)
    expect(bench.runs.at(-1)?.failures).toBe(0)
  })
})

describe('an error that is no Failure', () => {
  test('is a defect: fixed words for the user, the stack for the log, and a retry', async () => {
    bench.reconcile = () => {
      throw new TypeError('secret-value is not a function')
    }
    await bench.start()
    bench.cluster.put('a')
    await settle()

    expect(bench.cluster.read('a')).toContain('Ready=False InternalError')
    expect(JSON.stringify([bench.cluster.writes, bench.events])).not.toContain('secret-value')
    expect(
      bench.logged.some(
        (line) => line.includes('secret-value') && line.includes('controller-failure.test.ts'),
      ),
    ).toBe(true)
    expect(await bench.metric('controller_runtime_reconcile_panics_total')).toContain(' 1')
    bench.reconcile = () => done()
    await bench.clock.pass(6000)
    expect(bench.cluster.read('a')).toContain('Ready=True')
  })

  test.each([
    [new ApiError('secrets is forbidden', { status: 403, reason: 'Forbidden' }), 'AccessDenied', true],
    [new ApiError('etcd is away', { status: 500 }), 'APIServerError', false],
    [new TransportError('Cannot get: refused', 'ECONNREFUSED'), 'APIServerError', false],
  ])('%s shows as %s %s', async (error, reason, isStalled) => {
    bench.reconcile = () => {
      throw error
    }
    await bench.start()
    await bench.clock.pass(11_000, 1000)
    bench.cluster.put('a')
    await settle()

    expect(bench.cluster.read('a')).toContain(`Ready=False ${reason}`)
    expect(bench.cluster.read('a').includes('Stalled')).toBe(isStalled)
  })

  test('is what the controller’s own hook makes of it', async () => {
    bench.reconcile = () => Promise.reject(new RangeError('too big'))
    await bench.start({
      explain: (error) => (error instanceof RangeError ? failed('InvalidSpec', true) : undefined),
    })
    bench.cluster.put('a')
    await settle()

    expect(bench.cluster.read('a')).toContain('Stalled=True InvalidSpec')
  })
})
