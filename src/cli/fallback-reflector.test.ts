import { expect, test } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { ReflectorObserver, Sink } from '../kube/reflector.ts'
import { fallbackReflector } from './fallback-reflector.ts'

type Thing = KubeObject & { readonly isOurs: boolean }

const thing = (name: string, isOurs: boolean): Thing => ({ metadata: { name }, isOurs })

/** A reflector that a test plays. */
class Played {
  sink: Sink<Thing> | undefined
  observer: ReflectorObserver | undefined
  calls: string[] = []
  readonly #synced = Promise.withResolvers<void>()

  make = (sink: Sink<Thing>, observer: ReflectorObserver) => {
    this.sink = sink
    this.observer = observer
    return {
      synced: this.#synced.promise,
      state: 'live' as const,
      ageMs: () => 0,
      wake: () => undefined,
      start: () => void this.calls.push('start'),
      stop: () => {
        this.calls.push('stop')
        return Promise.resolve()
      },
    }
  }

  deliver(...objects: Thing[]): void {
    this.sink?.replaced(objects)
    this.#synced.resolve()
  }
}

function scene() {
  const selected = new Played()
  const whole = new Played()
  const held: string[] = []
  let fallbacks = 0
  const sink: Sink<Thing> = {
    replaced: (objects) => held.push(`replaced ${objects.map((it) => it.metadata.name).join()}`),
    updated: (object) => held.push(`updated ${object.metadata.name}`),
    removed: (object) => held.push(`removed ${object.metadata.name}`),
  }
  const observer: ReflectorObserver = {
    listed: () => undefined,
    event: () => undefined,
    failed: () => undefined,
    stateChanged: () => undefined,
  }
  const options = {
    selected: selected.make,
    whole: whole.make,
    isOurs: (it: Thing) => it.isOurs,
    onFallback: () => void fallbacks++,
  }
  const reflector = fallbackReflector(options, sink, observer)
  reflector.start()
  return { selected, whole, held, reflector, fallbacks: () => fallbacks }
}

test('where the selector is known nothing else is followed', async () => {
  const { selected, whole, held, reflector, fallbacks } = scene()
  selected.deliver(thing('a', true))
  await reflector.synced
  selected.observer?.failed('400')

  expect([held, fallbacks(), whole.calls]).toEqual([['replaced a'], 0, []])
  await reflector.stop()
})

test('where it is refused everything is followed, and what is not ours is dropped', async () => {
  const { selected, whole, held, reflector, fallbacks } = scene()
  selected.observer?.failed('400')
  selected.observer?.failed('400')
  whole.deliver(thing('a', true), thing('b', false))
  await reflector.synced
  whole.sink?.updated(thing('c', false))
  whole.sink?.updated(thing('d', true))

  expect(held).toEqual(['replaced a', 'updated d'])
  expect([fallbacks(), selected.calls, whole.calls]).toEqual([1, ['start', 'stop'], ['start']])
  await reflector.stop()
})

test('other failures, as a kind that is not served, are no reason to follow everything', async () => {
  const { selected, whole, reflector } = scene()
  for (const cause of ['404', '403', 'ECONNREFUSED', '410']) selected.observer?.failed(cause)

  expect(whole.calls).toEqual([])
  await reflector.stop()
})
