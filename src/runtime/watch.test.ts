import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Bench, done, type Thing } from '../../test/fakes/runtime/bench.ts'
import type { Sink } from '../kube/reflector.ts'
import { watch } from './watch.ts'

let bench: Bench
const others: { sink: Sink<Thing> | undefined } = { sink: undefined }
/** Versions of the other object that a run of `shop/a` made itself. */
let own: Set<string | undefined>

beforeEach(() => {
  bench = new Bench()
  own = new Set()
})

afterEach(() => bench.end())

/** A controller whose object `shop/a` is concerned by all that it did not do itself. */
async function start(asksAgain: boolean): Promise<void> {
  const informer = bench.informerOf(others)
  others.sink?.replaced([])
  const keysOf = ({ now }: { now: Thing | undefined }) =>
    own.has(now?.metadata.resourceVersion) ? [] : ['shop/a']
  bench.cluster.put('a')
  await bench.start({ watches: [watch(informer, keysOf, { asksAgain })] })
}

function show(resourceVersion: string): void {
  others.sink?.updated({ metadata: { namespace: 'shop', name: 'other', resourceVersion } })
}

describe('what is shown of another object while a run goes on', () => {
  test('wakes nobody when the run turns out to have done it', async () => {
    bench.reconcile = async () => {
      show('7')
      await Promise.resolve()
      own.add('7')
      return done()
    }
    await start(true)

    expect(bench.runs).toHaveLength(1)
  })

  test('is looked at once more when somebody else did it', async () => {
    bench.reconcile = () => {
      if (bench.runs.length > 1) return done()
      show('7')
      show('8')
      own.add('7')
      return done()
    }
    await start(true)

    expect(bench.runs).toHaveLength(2)
  })

  test('is looked at once more when the run fails before it knows', async () => {
    bench.reconcile = () => {
      if (bench.runs.length > 1) return done()
      show('7')
      throw new Error('the connection broke')
    }
    await start(true)

    expect(bench.runs).toHaveLength(2)
  })

  test('is looked at whatever became of it where nobody asks again', async () => {
    bench.reconcile = () => {
      if (bench.runs.length === 1) show('7')
      own.add('7')
      return done()
    }
    await start(false)

    expect(bench.runs).toHaveLength(2)
  })
})

test('what is shown after a run is looked at, and what the run did is not', async () => {
  bench.reconcile = () => {
    own.add('7')
    return done()
  }
  await start(true)

  show('7')
  await settle()
  expect(bench.runs).toHaveLength(1)
  show('8')
  await settle()
  expect(bench.runs).toHaveLength(2)
})
