import { expect, test, vi } from 'vitest'
import type { Client } from '../kube/client.ts'
import { ApiError } from '../kube/errors.ts'
import { leaseVerdict } from './lease.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')

function judge(spec: object | undefined, isNamed = true) {
  const lease = spec === undefined ? undefined : { metadata: { name: 'keyferry' }, spec }
  const client = { find: () => Promise.resolve(lease) } as unknown as Client
  const { signal } = new AbortController()
  return leaseVerdict({ client, ref: { namespace: 'ns', name: 'keyferry' }, isNamed, nowMs, signal })
}

const held = { holderIdentity: 'pod-1', leaseDurationSeconds: 15 }

test.each([
  [{ ...held, renewTime: '2026-11-21T11:59:57.000000Z' }, 'ok', 'pod-1 leads, renewed 3 s ago'],
  [{ ...held, renewTime: '2026-11-21T12:00:04.000000Z' }, 'ok', 'pod-1 leads, renewed 0 s ago'],
  [
    { ...held, renewTime: '2026-11-21T11:55:00.000000Z' },
    'warn',
    'nobody leads: pod-1 held it, renewed 300 s ago',
  ],
  [{ holderIdentity: '' }, 'warn', 'nobody leads: the last leader let go of the Lease'],
  [held, 'warn', 'pod-1 holds it and does not say since when'],
  [undefined, 'warn', 'there is no Lease ns/keyferry: no manager has led yet'],
])('a Lease of %j is %s', async (spec, status, message) => {
  expect(await judge(spec)).toMatchObject({ status, message })
})

test('a Lease that nobody named and that is not there says nothing', async () => {
  expect(await judge(undefined, false)).toMatchObject({
    status: 'skipped',
    message: expect.stringContaining('--leader-election-namespace') as string,
  })
})

test('a Lease that may not be read is a failure only where somebody named it', async () => {
  const refused = new ApiError('Cannot get Lease: status is 403', { status: 403 })
  const client = { find: vi.fn<Client['find']>().mockRejectedValue(refused) } as unknown as Client
  const { signal } = new AbortController()
  const question = { client, ref: { namespace: 'ns', name: 'keyferry' }, nowMs, signal }

  expect(await leaseVerdict({ ...question, isNamed: false })).toMatchObject({ status: 'skipped' })
  await expect(leaseVerdict({ ...question, isNamed: true })).rejects.toBe(refused)
})
