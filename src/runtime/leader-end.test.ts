import { beforeEach, describe, expect, test } from 'vitest'
import { Electors } from '../../test/fakes/runtime/electors.ts'
import { guardTransport, NotLeadingError } from './guard.ts'

const never = new AbortController().signal
let electors: Electors

beforeEach(() => {
  electors = new Electors()
})

describe('a process that was stopped past its lease and goes on', () => {
  test('is refused by the guard before any timer has fired', async () => {
    const first = await electors.leading('first')

    electors.clock.freeze(60_000)

    expect(() => first.check()).toThrow(NotLeadingError)
    expect(first.signal.aborted).toBe(true)
  })

  test('says no more that it leads, and takes no event for which nobody would act', async () => {
    const first = await electors.leading('first')

    electors.clock.freeze(60_000)

    expect(first.isLeader).toBe(false)
  })

  test('does not renew the Lease either', async () => {
    await electors.leading('first')
    const before = electors.server.requests

    electors.clock.freeze(60_000)
    await electors.clock.pass(60_000, 500)

    expect(electors.server.requests).toBe(before)
  })

  test('sends nothing through its transport', async () => {
    const first = await electors.leading('first')
    let sent = 0
    const answer = { status: 200, headers: {}, body: '' }
    const transport = guardTransport(
      {
        request: async () => ({ ...answer, body: String(sent++) }),
        stream: () => Promise.reject(new Error('not used')),
        close: () => Promise.resolve(),
      },
      first,
    )
    const request = { method: 'GET', path: '/', signal: never, timeoutMs: 1000 } as const
    await transport.request(request)

    electors.clock.freeze(60_000)

    await expect(transport.request(request)).rejects.toThrow(NotLeadingError)
    expect(sent).toBe(1)
  })

  test('sends nothing that had been asked before and waited for a connection', async () => {
    const first = await electors.leading('first')
    const connected = Promise.withResolvers<void>()
    const transport = guardTransport(
      {
        request: async ({ mayGo }) => {
          await connected.promise
          mayGo?.()
          return { status: 200, headers: {}, body: '' }
        },
        stream: () => Promise.reject(new Error('not used')),
        close: () => Promise.resolve(),
      },
      first,
    )
    const asked = transport.request({ method: 'POST', path: '/', signal: never })

    electors.clock.freeze(60_000)
    connected.resolve()

    await expect(asked).rejects.toThrow(NotLeadingError)
  })
})

describe('release', () => {
  test('empties the Lease, so that another wins at its next try', async () => {
    const first = await electors.leading('first')
    const second = await electors.waiting('second')

    await first.release()
    expect(electors.holder()).toBe('')
    await electors.clock.pass(2400, 100)

    expect(second.isLeader).toBe(true)
    expect(first.signal.aborted).toBe(true)
    expect(() => first.check()).toThrow(NotLeadingError)
  })

  test('leaves no timer', async () => {
    const first = await electors.leading('first')

    await first.release()

    expect(electors.clock.timerCount).toBe(0)
  })

  test('succeeds although the last renewal came through unseen', async () => {
    const first = await electors.leading('first')
    if (electors.server.lease !== undefined) electors.server.store(electors.server.lease)

    await first.release()

    expect(electors.holder()).toBe('')
  })

  test('of one that lost it leaves the new holder alone', async () => {
    const first = await electors.leading('first')
    electors.server.store({
      metadata: { name: 'keyferry' },
      spec: { holderIdentity: 'other', leaseDurationSeconds: 15 },
    })

    await first.release()

    expect(electors.holder()).toBe('other')
  })

  test('of one that never led does nothing', async () => {
    await electors.elector('first').release()

    expect(electors.server.requests).toBe(0)
  })
})
