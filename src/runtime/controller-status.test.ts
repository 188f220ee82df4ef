import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Bench, done, failed, type Status } from '../../test/fakes/runtime/bench.ts'
import { ApiError } from '../kube/errors.ts'
import type { Condition } from '../kube/object.ts'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(() => bench.end())

describe('a status that cannot be written', () => {
  test('because the object is gone is dropped without a word', async () => {
    bench.reconcile = () => {
      bench.cluster.objects.delete('shop/a')
      return done()
    }
    await bench.start()
    bench.cluster.put('a')
    await settle()
    await bench.clock.pass(600_000, 60_000)

    expect(bench.runs).toHaveLength(1)
    expect(bench.events).toEqual([])
    expect(bench.logged.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([])
  })

  test('because another object bears the name now leaves that one alone', async () => {
    bench.reconcile = () => {
      if (bench.runs.length === 1) bench.cluster.put('a', { uid: 'another' })
      return done({ message: `run ${bench.runs.length}` })
    }
    await bench.start()
    bench.cluster.put('a')
    await settle()

    expect(bench.runs).toHaveLength(2)
    expect(bench.cluster.writes).toHaveLength(1)
    expect(bench.cluster.status('a').conditions?.[0]?.message).toBe('run 2')
  })

  test('because it was changed meanwhile is written over the newer version', async () => {
    bench.reconcile = () => {
      if (bench.runs.length === 1) bench.cluster.put('a', { labels: { team: 'a' } })
      return done()
    }
    await bench.start()
    bench.cluster.put('a')
    await settle()

    expect(bench.cluster.read('a')).toContain('Ready=True')
    expect(bench.cluster.writes).toHaveLength(1)
    expect(bench.told()).toEqual(['Normal Synced Updated'])
  })

  test('because of the API server is tried again, and told once it is written', async () => {
    await bench.start()
    bench.cluster.refusals.push(new ApiError('busy', { status: 503 }))
    bench.cluster.put('a')
    await settle()
    expect(bench.events).toEqual([])

    await bench.clock.pass(6000)

    expect(bench.cluster.read('a')).toContain('Ready=True')
    expect(bench.told()).toEqual(['Normal Synced Updated'])
  })

  test('because the CRD lacks a field is written without it', async () => {
    bench.reconcile = () => done({ fields: { binding: 'db', refreshTime: 'now' } })
    const declared = () => ({
      fields: new Set(['conditions', 'refreshTime']),
      conditionFields: new Set(['type', 'status', 'reason', 'message', 'lastTransitionTime']),
      conditionTypes: undefined,
    })
    await bench.start({ status: { fields: ['refreshTime', 'binding'], declared } })
    bench.cluster.put('a')
    await settle()
    bench.controller.enqueue('shop/a')
    await settle()

    expect(bench.cluster.writes).toHaveLength(1)
    expect(Object.keys(bench.cluster.status('a')).sort()).toEqual(['conditions', 'refreshTime'])
    expect(bench.cluster.status('a').conditions?.[0]).not.toHaveProperty('observedGeneration')
  })
})

describe('a checkpoint', () => {
  test('writes fields at once, with the conditions as they are', async () => {
    const during: Status[] = []
    bench.reconcile = async (_, context) => {
      await context.checkpoint({ binding: 'pending' })
      during.push(bench.cluster.status('a'))
      return done({ fields: { binding: 'final' } })
    }
    await bench.start()
    const ready: Condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Old',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }

    bench.cluster.put('a', {}, { observedGeneration: 1, conditions: [ready] })
    await settle()

    expect(during).toEqual([{ observedGeneration: 1, conditions: [ready], binding: 'pending' }])
    expect(bench.cluster.status('a').binding).toBe('final')
  })

  test('survives the failure after it', async () => {
    bench.reconcile = async (_, context) => {
      await context.checkpoint({ binding: 'pending' })
      throw failed('GatewayUnreachable')
    }
    await bench.start()
    bench.cluster.watchDelivers = false
    bench.cluster.put('a')
    await settle()

    expect(bench.cluster.status('a').binding).toBe('pending')
  })

  describe('that the watch has shown by the end of the run', () => {
    const checkpointShown = async (context: { checkpoint(fields: { binding: string }): Promise<void> }) => {
      bench.cluster.watchDelivers = false
      await context.checkpoint({ binding: 'pending' })
      bench.cluster.watchDelivers = true
      bench.cluster.deliver('a')
    }

    test('survives the failure after it', async () => {
      bench.reconcile = async (_, context) => {
        await checkpointShown(context)
        throw failed('GatewayUnreachable')
      }
      await bench.start()
      bench.cluster.put('a')
      await settle()

      expect(bench.cluster.status('a').binding).toBe('pending')
      expect(bench.cluster.read('a')).toContain('Ready=False')
    })

    test('gives way to what was said before it', async () => {
      bench.reconcile = () => done({ fields: { binding: 'final' } })
      await bench.start()
      bench.cluster.put('a')
      await settle()
      bench.reconcile = async (_, context) => {
        await checkpointShown(context)
        return done({ fields: { binding: 'final' } })
      }
      bench.cluster.put('a', { labels: { team: 'a' } })
      await settle()

      expect(bench.cluster.status('a').binding).toBe('final')
    })
  })

  test('of a run that was given up is refused', async () => {
    let late: Promise<unknown> = Promise.resolve()
    bench.reconcile = (_, context) =>
      new Promise(() => {
        const afterwards = Promise.withResolvers<void>()
        bench.clock.after(30_000, () => afterwards.resolve())
        late = afterwards.promise.then(() => context.checkpoint({ binding: 'late' }))
        late.catch(() => undefined)
      })
    await bench.start({ timeoutMs: 10_000 })
    bench.cluster.put('a')
    await settle()
    await bench.clock.pass(15_000, 1000)
    bench.reconcile = () => done()
    await bench.clock.pass(15_000, 1000)

    await expect(late).rejects.toThrow('the reconcile has ended')
    expect(bench.cluster.status('a').binding).toBeUndefined()
  })
})
