import { afterEach, beforeEach, expect, test } from 'vitest'
import { IssuerWorld } from '../../test/fakes/issuer/issuer-world.ts'
import { failing } from '../../test/fakes/issuer/scripted-signer.ts'
import { settle } from '../../test/fakes/manual-clock.ts'
import { sleep } from '../std/clock.ts'

let world: IssuerWorld

beforeEach(async () => {
  world = new IssuerWorld()
  world.issuer('ca')
  await world.start()
  await world.clock.pass(100)
})

afterEach(() => world.end())

test('a CA that asks for five minutes is left alone for five minutes', async () => {
  world.signer.onSubmit = [
    failing('Unavailable', 'the PKI has too much to do', 300_000),
    { kind: 'issued', certificates: [] },
  ]
  world.request('a')
  await world.clock.pass(290_000, 1000)
  expect(world.signer.submits).toHaveLength(1)

  await world.clock.pass(15_000, 1000)
  expect(world.ready('a')).toBe('True Issued')
})

test('a CA that asks for time is asked at once when the issuer has another configuration', async () => {
  world.signer.onSubmit = [
    failing('Unavailable', 'the PKI has too much to do', 300_000),
    { kind: 'issued', certificates: [] },
  ]
  world.request('a')
  await settle()
  expect(world.ready('a')).toBe('False Pending')

  world.issuer('ca', { configRef: { name: 'other' } })
  world.configMap('other')
  await world.clock.pass(20_000, 1000)
  expect(world.ready('a')).toBe('True Issued')
})

test('a request that may wait no longer fails then, whatever the CA asks for', async () => {
  world.signer.onSubmit = [failing('Unavailable', 'the PKI has too much to do', 86_400_000)]
  world.request('a')
  await world.clock.pass(590_000, 1000)
  expect(world.ready('a')).toBe('False Pending')

  await world.clock.pass(15_000, 1000)
  expect(world.ready('a')).toBe('False Failed')
})

test('a call may take as long as the signer says, and is made once', async () => {
  world.signer.callLimitMs = 590_000
  world.signer.onSubmit = [
    async (_, { signal }) => {
      await sleep(500_000, world.clock, signal)
      return { kind: 'issued', certificates: [] }
    },
  ]
  world.request('a')
  await world.clock.pass(499_000, 1000)
  expect([world.ready('a'), world.signer.submits.length]).toEqual(['Unknown Initializing', 1])

  await world.clock.pass(10_000, 1000)
  expect([world.ready('a'), world.signer.submits.length]).toEqual(['True Issued', 1])
})
