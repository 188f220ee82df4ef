import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apiErrorOf } from './api-status.ts'

const answer = (status: number, body: unknown, headers = {}) => ({
  status,
  headers,
  body: JSON.stringify(body),
})

test('apiErrorOf() tells reason, causes and fields, each once', () => {
  const cause = { reason: 'FieldValueInvalid', message: 'Invalid value: "s3cret"', field: 'data[tls.key]' }
  const causes = [cause, cause, { ...cause, field: 'metadata.labels' }, { ...cause, field: 'data[a b]' }]
  const body = { kind: 'Status', reason: 'Invalid', details: { kind: 'Secret', name: 'db', causes } }

  const error = apiErrorOf('apply Secret shop/db', answer(422, body))

  expect(error.message).toBe(
    'Cannot apply Secret shop/db: status is 422 (Invalid, FieldValueInvalid), fields are data[tls.key], metadata.labels, data[]',
  )
  expect(error).toMatchObject({ status: 422, reason: 'Invalid', retryAfterMs: undefined })
})

test.each([
  [{ 'retry-after': '7' }, {}, 7000],
  [{}, { retryAfterSeconds: 2 }, 2000],
  [{ 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, {}, undefined],
  [{ 'retry-after': '-1' }, {}, undefined],
  [{}, { retryAfterSeconds: 1e12 }, undefined],
])('Retry-After %o and details %o', (headers, details, expected) => {
  expect(apiErrorOf('x', answer(429, { kind: 'Status', details }, headers)).retryAfterMs).toBe(expected)
})

test('a Forbidden that is not about RBAC does not send the reader to RBAC', () => {
  const causes = [{ reason: 'NamespaceTerminating', field: 'metadata.namespace', message: 'x' }]
  const body = { kind: 'Status', reason: 'Forbidden', details: { causes } }

  expect(apiErrorOf('create Secret a/b', answer(403, body)).message).toBe(
    'Cannot create Secret a/b: status is 403 (Forbidden, NamespaceTerminating), fields are metadata.namespace',
  )
})

test('no free text of an answer gets into the error', () => {
  const free = fc.string().map((it) => `canary ${it}`)
  const cause = fc.record({ reason: free, message: free, field: free.map((it) => `data["${it}"]`) })
  const details = fc.record({ name: free, kind: free, uid: free, causes: fc.array(cause) })
  const body = fc.record({ kind: fc.constantFrom('Status', 'Pod'), message: free, reason: free, details })

  fc.assert(
    fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(body, free), (status, body) => {
      const error = apiErrorOf('get Secret a/b', answer(status, body))

      expect(inspect(error, { showHidden: true })).not.toContain('canary')
    }),
  )
})
