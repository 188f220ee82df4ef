import { beforeEach, describe, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Electors } from '../../test/fakes/runtime/electors.ts'
import { NotLeadingError } from './guard.ts'

const never = new AbortController().signal
let electors: Electors

beforeEach(() => {
  electors = new Electors()
})

describe('winning', () => {
  test('makes the Lease when there is none, with times in microseconds', async () => {
    const first = await electors.leading('first')

    expect(first.isLeader).toBe(true)
    expect(electors.server.lease?.spec).toMatchObject({
      holderIdentity: 'first',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      renewTime: expect.stringMatching(/\.\d{6}Z$/),
      acquireTime: expect.stringMatching(/\.\d{6}Z$/),
    })
  })

  test('is not possible while another holds and renews it', async () => {
    await electors.leading('first')
    const second = await electors.waiting('second')

    await electors.clock.pass(120_000, 500)

    expect(second.isLeader).toBe(false)
    expect(electors.holder()).toBe('first')
  })

  test('over a holder that fell silent takes its full duration, from when it was last seen to renew', async () => {
    electors.server.store({
      metadata: { name: 'keyferry' },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 15 },
    })
    const second = await electors.waiting('second')

    await electors.clock.pass(14_900, 100)
    expect(second.isLeader).toBe(false)
    await electors.clock.pass(200, 100)

    expect(second.isLeader).toBe(true)
    expect(electors.server.lease?.spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 })
  })

  test('does not believe the clock of others: a renewTime of long ago is no reason', async () => {
    const spec = {
      holderIdentity: 'alive',
      leaseDurationSeconds: 15,
      renewTime: '1999-01-01T00:00:00.000000Z',
    }
    electors.server.store({ metadata: { name: 'keyferry' }, spec })

    const second = await electors.waiting('second')
    await electors.clock.pass(5000, 500)

    expect(second.isLeader).toBe(false)
  })

  test('ends with the signal', async () => {
    electors.server.store({
      metadata: { name: 'keyferry' },
      spec: { holderIdentity: 'other', leaseDurationSeconds: 15 },
    })
    const stop = new AbortController()
    const campaign = electors.elector('second').campaign(stop.signal)
    await settle()

    stop.abort(new Error('enough'))

    await expect(campaign).rejects.toThrow('enough')
    expect(electors.clock.timerCount).toBe(0)
  })

  test('of one of two that try at once leaves the other waiting', async () => {
    const [first, second] = [electors.elector('first'), electors.elector('second')]
    for (const it of [first, second]) it.campaign(never).catch(() => undefined)
    await settle()

    expect([first.isLeader, second.isLeader].filter(Boolean)).toHaveLength(1)
  })
})

describe('a leader', () => {
  test('renews for hours, whatever the wall clock does', async () => {
    const first = await electors.leading('first')

    await electors.clock.pass(60_000, 500)
    electors.clock.jumpWall(3_600_000)
    await electors.clock.pass(60_000, 500)
    electors.clock.jumpWall(-10 * 365 * 86_400_000)
    await electors.clock.pass(60_000, 500)

    expect(first.isLeader).toBe(true)
    expect(electors.changes).toEqual(['first true'])
  })

  test('lives through a short absence of the API server', async () => {
    const first = await electors.leading('first')

    electors.server.isAway = true
    await electors.clock.pass(7000, 500)
    electors.server.isAway = false
    await electors.clock.pass(60_000, 500)

    expect(first.isLeader).toBe(true)
  })

  test('lives through a lost answer to a renewal', async () => {
    const first = await electors.leading('first')

    electors.server.losesNextAnswer = true
    await electors.clock.pass(20_000, 500)

    expect(first.isLeader).toBe(true)
  })

  test('that cannot renew for 10 s gives up, before anybody else may take over', async () => {
    const first = await electors.leading('first')
    await electors.clock.pass(3000, 500)
    await electors.waiting('second')

    electors.server.isAway = true
    await electors.clock.pass(10_000, 500)

    expect(first.isLeader).toBe(false)
    expect(first.signal.aborted).toBe(true)
    expect(electors.changes).toEqual(['first true', 'first false'])
    expect(() => first.check()).toThrow(NotLeadingError)
  })

  test('that finds another holder ends at once', async () => {
    const first = await electors.leading('first')

    electors.server.store({
      metadata: { name: 'keyferry' },
      spec: { holderIdentity: 'usurper', leaseDurationSeconds: 15 },
    })
    await electors.clock.pass(3000, 500)

    expect(first.signal.aborted).toBe(true)
    expect(electors.holder()).toBe('usurper')
  })

  test('whose Lease was deleted makes it again', async () => {
    const first = await electors.leading('first')

    electors.server.lease = undefined
    await electors.clock.pass(3000, 500)

    expect(first.isLeader).toBe(true)
    expect(electors.holder()).toBe('first')
  })
})
