import { expect, test } from 'vitest'
import { failure } from '../api/reason.ts'
import type { ReadOptions } from '../store/provider.ts'
import type { InSession } from './in-session.ts'
import { LastSession } from './last-session.ts'
import type { Session } from './session.ts'

const { signal } = new AbortController()
const options: ReadOptions = { signal, onBehalfOf: { kind: 'ExternalSecret', name: 'db' } }
const session = { host: 'gw', under: () => session } as object as Session
const opens: InSession = (given, run) => run(session, given)
function failing(error: Error): InSession {
  return async () => {
    throw error
  }
}
const gone = failure('NotFound', 'there is no ServiceAccount shop/app')
const hostOf = async ({ host }: Session) => host

test('what a store logged in by may go: the last session serves to the end', async () => {
  const last = new LastSession()
  await last.noted(opens)(options, hostOf)

  expect(await last.orLast(failing(gone))(options, hostOf)).toBe('gw')
})

test('there is none before the first login', async () => {
  await expect(new LastSession().orLast(failing(gone))(options, hostOf)).rejects.toBe(gone)
})

test.each([failure('AuthFailed', 'refused'), failure('GatewayUnreachable', 'away')])(
  'it serves for nothing else: %s',
  async (error) => {
    const last = new LastSession()
    await last.noted(opens)(options, hostOf)

    await expect(last.orLast(failing(error))(options, hostOf)).rejects.toBe(error)
  },
)

test('work that has begun is not begun again, whatever it fails with', async () => {
  const last = new LastSession()
  let runs = 0
  const run = () => {
    runs++
    return Promise.reject(gone)
  }

  await expect(last.orLast(opens)(options, run)).rejects.toBe(gone)
  expect(runs).toBe(1)
})
