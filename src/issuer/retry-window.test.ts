import { afterEach, beforeEach, expect, test } from 'vitest'
import { IssuerWorld } from '../../test/fakes/issuer/issuer-world.ts'
import { failing } from '../../test/fakes/issuer/scripted-signer.ts'
import { settle } from '../../test/fakes/manual-clock.ts'
import { isRequestNews } from './request-wake.ts'

const failingType = 'external-issuer.io/Failing'
const minuteMs = 60_000
const away = failing('Unavailable', 'the PKI is away')

let world: IssuerWorld

beforeEach(async () => {
  world = new IssuerWorld()
  world.signer.retryWindowMs = 150 * minuteMs
  world.issuer('ca')
  await world.start()
  await world.clock.pass(100)
})

afterEach(() => world.end())

async function restart(): Promise<void> {
  await world.crash()
  await world.start()
}

test('R18: an outage longer than the retry window fails a request, though the manager restarts each hour', async () => {
  world.signer.onSubmit = [away]
  world.request('a')
  await world.clock.pass(100)
  const writes = world.writes()
  for (let hour = 1; hour <= 2; hour++) {
    await world.clock.pass(60 * minuteMs, 10_000)
    await restart()
  }
  await world.clock.pass(29 * minuteMs, 10_000)
  expect([world.ready('a'), world.ready('a', failingType)]).toEqual(['False Pending', 'True Retrying'])
  expect(world.writes()).toBe(writes)

  await world.clock.pass(2 * minuteMs, 10_000)
  expect([world.ready('a'), world.message('a')]).toEqual([
    'False Failed',
    'The retryWindow of 9000 s is over: the PKI is away',
  ])
  expect([world.ready('a', failingType), world.writes()]).toEqual(['', writes + 1])
})

test('a request on record as failing is issued as any other, and nothing of the failures stays', async () => {
  world.signer.onSubmit = [away]
  world.request('a')
  await settle()
  expect(world.ready('a', failingType)).toBe('True Retrying')
  await world.crash()
  world.signer.onSubmit = []
  await world.start()
  await world.clock.pass(1000, 100)

  expect([world.ready('a'), world.ready('a', failingType)]).toEqual(['True Issued', ''])
})

test('what is on record of failures says since when the first of them was', async () => {
  world.signer.onSubmit = [away, failing('Unavailable', 'the PKI is still away')]
  world.request('a')
  await world.clock.pass(500, 50)
  const first = world.status('a').conditions.find((it) => it.type === failingType)
  await world.clock.pass(10 * minuteMs, 1000)
  await restart()
  await world.clock.pass(10 * minuteMs, 1000)

  const second = world.status('a').conditions.find((it) => it.type === failingType)
  expect([world.message('a'), world.signer.submits.length > 2]).toEqual(['the PKI is still away', true])
  expect([second?.status, second]).toEqual(['True', first])
})

test('failures that an answer ended do not count after a restart', async () => {
  world.signer.retryWindowMs = 10 * minuteMs
  world.signer.onSubmit = [away, { kind: 'pending', id: 'order-7', message: 'waits', pollAfterMs: minuteMs }]
  world.signer.onPoll = [
    { kind: 'pending', id: 'order-7', message: 'waits', pollAfterMs: 15 * minuteMs },
    away,
    { kind: 'issued', certificates: [] },
  ]
  world.request('a')
  await world.clock.pass(10 * minuteMs, 1000)
  expect([world.ready('a'), world.ready('a', failingType)]).toEqual(['False Pending', ''])
  await world.clock.pass(10 * minuteMs, 1000)
  await restart()
  await world.clock.pass(5 * minuteMs, 1000)

  expect([world.signer.polls.length, world.ready('a')]).toEqual([3, 'True Issued'])
})

test('time without a ready issuer does not count, with a restart in it either', async () => {
  world.signer.retryWindowMs = 10 * minuteMs
  world.signer.onSubmit = [away]
  world.request('a')
  await settle()
  await world.crash()
  world.signer.onCheck = [failing('IssuerFault', 'the PKI is away'), { how: 'well', warnings: [] }]
  await world.clock.pass(30 * minuteMs, 10_000)
  world.configMap('ca')
  await world.start()
  await settle()
  expect([world.message('a'), world.ready('a', failingType)]).toEqual([
    'ExternalIssuer shop/ca is not ready: Pending: the PKI is away',
    '',
  ])
  await world.clock.pass(9 * minuteMs, 1000)

  expect([world.ready('a'), world.message('a')]).toEqual(['False Pending', 'the PKI is away'])
})

test('what a backup brought back of another request does not count', async () => {
  world.signer.onSubmit = [away]
  world.request('a')
  await settle()
  const { conditions } = world.status('a')
  await world.clock.pass(200 * minuteMs, 60_000)
  world.request('b', { conditions })
  await world.clock.pass(minuteMs, 1000)

  expect([world.ready('a'), world.ready('b')]).toEqual(['False Failed', 'False Pending'])
})

test('a clock that was ahead does not make the retry window longer', async () => {
  world.signer.retryWindowMs = 10 * minuteMs
  world.signer.onSubmit = [away]
  world.request('a')
  await settle()
  await world.crash()
  const later = new Date(world.clock.now() + 600 * minuteMs).toISOString()
  world.change('a', (it) => {
    const { conditions = [] } = it.status as { conditions?: { type: string }[] }
    const changed = conditions.map((one) =>
      one.type === failingType ? { ...one, lastTransitionTime: later } : one,
    )
    return { ...it, status: { conditions: changed } }
  })
  await world.start()
  await world.clock.pass(12 * minuteMs, 1000)

  expect(world.ready('a')).toBe('False Failed')
})

test('R24: what is put on record of failures wakes nobody', () => {
  const at = (conditions: object[]) => ({ metadata: { name: 'a', uid: 'u' }, status: { conditions } })
  const isNews = (type: string) =>
    isRequestNews({ key: 'shop/a', initial: false, old: at([]), now: at([{ type, status: 'True' }]) })

  expect([isNews(failingType), isNews('Approved')]).toEqual([false, true])
})
