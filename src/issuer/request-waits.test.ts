import { afterEach, beforeEach, expect, test } from 'vitest'
import { IssuerWorld } from '../../test/fakes/issuer/issuer-world.ts'
import { failing } from '../../test/fakes/issuer/scripted-signer.ts'
import { settle } from '../../test/fakes/manual-clock.ts'
import type { SigningRequest, SignResult } from '../signer/signer.ts'
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

test('R11: what a waiting request says of its issuer is what the issuer says now', async () => {
  world.request('early')
  await settle()
  world.signer.onCheck = [
    failing('InvalidConfig', 'the Secret has no key "token"'),
    failing('IssuerFault', 'the PKI does not accept the credentials'),
    failing('IssuerFault', 'the PKI does not accept the credentials'),
    failing('IssuerFault', 'the PKI does not accept the credentials'),
  ]
  world.issuer('ca', { configRef: { name: 'config' } })
  world.configMap('config')
  await settle()
  world.request('a')
  await settle()
  expect(world.message('a')).toBe(
    'ExternalIssuer shop/ca is not ready: Failed: the Secret has no key "token"',
  )

  world.configMap('config', 'shop', { 'pki.yaml': 'b' })
  await world.clock.pass(60_000, 1000)
  expect(world.message('a')).toBe(
    'ExternalIssuer shop/ca is not ready: Pending: the PKI does not accept the credentials',
  )
})

test('an issuer that was away for longer than the retry window may stumble when it comes back', async () => {
  world.signer.onCheck = [failing('IssuerFault', 'the PKI is away')]
  world.issuer('ca', { configRef: { name: 'config' } })
  world.configMap('config')
  await settle()
  world.request('a')
  await world.clock.pass(1_200_000, 10_000)
  expect(world.message('a')).toBe('ExternalIssuer shop/ca is not ready: Pending: the PKI is away')

  const throttled = failing('Unavailable', 'the PKI has too much to do')
  world.signer.onSubmit = [throttled, throttled, { kind: 'issued', certificates: [] }]
  world.signer.onCheck = [{ how: 'well', warnings: [] }]
  await world.clock.pass(320_000, 1000)
  expect([world.signer.submits.length, world.ready('a')]).toEqual([3, 'True Issued'])
})

test('a request that the CA lets nobody in for holds the others up once, not for ever, and fails itself', async () => {
  const play = async ({ name }: SigningRequest): Promise<SignResult> => {
    if (name === 'bad') throw failing('IssuerFault', 'status is 403')
    return { kind: 'issued', certificates: [] }
  }
  world.signer.onSubmit = [play]
  world.request('bad')
  await world.clock.pass(300_000, 1000)
  expect(world.message('bad')).toBe(
    'ExternalIssuer shop/ca is not ready: Pending: A request found: status is 403',
  )
  world.request('first')
  await world.clock.pass(600_000, 1000)

  expect(world.ready('first')).toBe('True Issued')
  world.request('second')
  await world.clock.pass(1000, 100)
  expect([world.ready('second'), world.issuerReady('ca')]).toEqual(['True Issued', 'True Checked'])
  await world.clock.pass(600_000, 1000)
  expect([world.ready('bad'), world.message('bad')]).toEqual([
    'False Failed',
    'The retryWindow of 600 s is over: status is 403',
  ])
})
