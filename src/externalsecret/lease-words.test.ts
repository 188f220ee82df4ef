import { expect, test } from 'vitest'
import { ApiError, TransportError } from '../kube/errors.ts'
import { Failure } from '../std/failure.ts'
import { reasonOf } from './lease-words.ts'

test.each([
  ['a failure', new Failure('AccessDenied', 'no', { userMustAct: true }), 'AccessDenied'],
  ['an API server that fails', new ApiError('no', { status: 500 }), 'APIServerError'],
  ['an API server that is away', new TransportError('no', 'ECONNRESET'), 'APIServerError'],
  ['a call that was given up', new DOMException('no', 'AbortError'), 'Aborted'],
  ['what nobody foresaw', new TypeError('no'), 'Defect'],
])('a call for a lease that ended by %s says so', (_, error, reason) => {
  expect(reasonOf(error)).toBe(reason)
})
