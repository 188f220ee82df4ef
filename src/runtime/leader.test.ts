import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import { Electors } from '../../test/fakes/runtime/electors.ts'
import type { LeaseServer } from '../../test/fakes/runtime/lease-server.ts'
import { NotLeadingError } from './guard.ts'

let processes: Electors
let server: LeaseServer
let clock: ManualClock

beforeEach(() => {
  processes = new Electors()
  ;({ server, clock } = processes)
})

const never = new AbortController().signal
const holder = () => processes.holder()
const elector = (identity: string, own?: ManualClock) => processes.elector(identity, own)
const leading = (identity: string, own?: ManualClock) => processes.leading(identity, own)
const waiting = (identity: string) => processes.waiting(identity)

describe('winning', () => {
  test('makes the Lease when there is none, with times in microseconds', async () => {
    const first = await leading('first')

    expect(first.isLeader).toBe(true)
    expect(server.lease?.spec).toMatchObject({
      holderIdentity: 'first',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      renewTime: expect.stringMatching(/\.\d{6}Z$/),
      acquireTime: expect.stringMatching(/\.\d{6}Z$/),
    })
  })

  test('is not possible while another holds and renews it', async () => {
    await leading('first')
    const second = await waiting('second')

    await clock.pass(120_000, 500)

    expect(second.isLeader).toBe(false)
    expect(holder()).toBe('first')
  })

  test('over a holder that fell silent takes its full duration, from when it was last seen to renew', async () => {
    server.store({
      metadata: { name: 'keyferry' },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 15 },
    })
    const second = await waiting('second')

    await clock.pass(14_900, 100)
    expect(second.isLeader).toBe(false)
    await clock.pass(200, 100)

    expect(second.isLeader).toBe(true)
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 })
  })

  test('does not believe the clock of others: a renewTime of long ago is no reason', async () => {
    const spec = {
      holderIdentity: 'alive',
      leaseDurationSeconds: 15,
      renewTime: '1999-01-01T00:00:00.000000Z',
    }
    server.store({ metadata: { name: 'keyferry' }, spec })

    const second = await waiting('second')
    await clock.pass(5000, 500)

    expect(second.isLeader).toBe(false)
  })

  test('ends with the signal', async () => {
    server.store({
      metadata: { name: 'keyferry' },
      spec: { holderIdentity: 'other', leaseDurationSeconds: 15 },
    })
    const stop = new AbortController()
    const campaign = elector('second').campaign(stop.signal)
    await settle()

    stop.abort(new Error('enough'))

    await expect(campaign).rejects.toThrow('enough')
    expect(clock.timerCount).toBe(0)
  })

  test('of one of two that try at once leaves the other waiting', async () => {
    const [first, second] = [elector('first'), elector('second')]
    for (const it of [first, second]) it.campaign(never).catch(() => undefined)
    await settle()

    expect([first.isLeader, second.isLeader].filter(Boolean)).toHaveLength(1)
  })
})

describe('a leader', () => {
  test('renews for hours, whatever the wall clock does', async () => {
    const first = await leading('first')

    await clock.pass(60_000, 500)
    clock.jumpWall(3_600_000)
    await clock.pass(60_000, 500)
    clock.jumpWall(-10 * 365 * 86_400_000)
    await clock.pass(60_000, 500)

    expect(first.isLeader).toBe(true)
    expect(processes.changes).toEqual(['first true'])
  })

  test('lives through a short absence of the API server', async () => {
    const first = await leading('first')

    server.isAway = true
    await clock.pass(7000, 500)
    server.isAway = false
    await clock.pass(60_000, 500)

    expect(first.isLeader).toBe(true)
  })

  test('lives through a lost answer to a renewal', async () => {
    const first = await leading('first')

    server.losesNextAnswer = true
    await clock.pass(20_000, 500)

    expect(first.isLeader).toBe(true)
  })

  test('that cannot renew for 10 s gives up, before anybody else may take over', async () => {
    const first = await leading('first')
    await clock.pass(3000, 500)
    await waiting('second')

    server.isAway = true
    await clock.pass(10_000, 500)

    expect(first.isLeader).toBe(false)
    expect(first.signal.aborted).toBe(true)
    expect(processes.changes).toEqual(['first true', 'first false'])
    expect(() => first.check()).toThrow(NotLeadingError)
  })

  test('that finds another holder ends at once', async () => {
    const first = await leading('first')

    server.store({
      metadata: { name: 'keyferry' },
      spec: { holderIdentity: 'usurper', leaseDurationSeconds: 15 },
    })
    await clock.pass(3000, 500)

    expect(first.signal.aborted).toBe(true)
    expect(holder()).toBe('usurper')
  })

  test('whose Lease was deleted makes it again', async () => {
    const first = await leading('first')

    server.lease = undefined
    await clock.pass(3000, 500)

    expect(first.isLeader).toBe(true)
    expect(holder()).toBe('first')
  })
})
