import { expect, test } from 'vitest'
import { MemorySecrets } from '../../test/fakes/secrets/memory-secrets.ts'
import type { DeleteOptions } from '../kube/client.ts'
import { ApiError } from '../kube/errors.ts'
import { deleteTarget, mayDelete } from './delete-target.ts'

const { signal } = new AbortController()
const owner = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  name: 'db',
  uid: 'u1',
  controller: true,
}
const facts = (...ownerReferences: (typeof owner)[]) => ({
  metadata: { namespace: 'shop', name: 'db', uid: 's1', resourceVersion: '7', ownerReferences },
  dataKeys: new Map(),
})

test.each([
  ['owned by this very ExternalSecret', facts(owner), 'u1', true],
  ['owned by the one that had its name before', facts({ ...owner, uid: 'u0' }), 'u1', false],
  ['that it does not control', facts({ ...owner, controller: false }), 'u1', false],
  ['of nobody', facts(), 'u1', false],
  ['owned, seen from an object without a UID', facts({ ...owner, uid: '' }), '', false],
])('a Secret %s', (_, secret, uid, may) => {
  expect(mayDelete(secret, uid)).toBe(may)
})

test('a deletion names what was looked at', async () => {
  const asked: DeleteOptions[] = []
  const client = {
    ...new MemorySecrets().client,
    delete: (_: object, __: object, options: DeleteOptions) => Promise.resolve(void asked.push(options)),
  }

  expect(await deleteTarget(facts(owner), client, signal)).toBe('deleted')
  expect(asked).toEqual([{ uid: 's1', resourceVersion: '7', signal }])
})

test.each([
  [404, 'gone'],
  [403, 'forbidden'],
])('an answer %i means %s', async (status, outcome) => {
  const client = {
    ...new MemorySecrets().client,
    delete: () => Promise.reject(new ApiError('refused', { status })),
  }

  expect(await deleteTarget(facts(owner), client, signal)).toBe(outcome)
})

test('a Secret that changed since is left, and the next attempt looks again', async () => {
  const client = {
    ...new MemorySecrets().client,
    delete: () => Promise.reject(new ApiError('refused', { status: 409, reason: 'Conflict' })),
  }

  await expect(deleteTarget(facts(owner), client, signal)).rejects.toMatchObject({ status: 409 })
})
