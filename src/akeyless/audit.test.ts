import { expect, test } from 'vitest'
import { ApiError, TransportError } from '../kube/errors.ts'
import { KeptBack } from '../net/gated.ts'
import { NotLeadingError } from '../runtime/guard.ts'
import { Failure } from '../std/failure.ts'
import { resultOf } from './audit.ts'

test.each([
  ['a failure', new Failure('AccessDenied', 'no', { userMustAct: true }), 'AccessDenied'],
  ['an API server that refuses', new ApiError('no', { status: 403, reason: 'Forbidden' }), 'Forbidden'],
  ['an API server that fails without a word', new ApiError('no', { status: 502 }), 'APIServerError'],
  ['an API server that is away', new TransportError('no', 'ECONNRESET'), 'APIServerError'],
  ['a call that was given up', new DOMException('no', 'AbortError'), 'Aborted'],
  ['what was kept back', new KeptBack('no'), 'Aborted'],
  ['an API server that was not asked any more', new NotLeadingError('no'), 'Aborted'],
  ['what nobody foresaw', new TypeError('no'), 'Defect'],
  ['no error at all', 'no', 'Defect'],
])('the record of %s names it', (_, error, result) => {
  expect(resultOf(error, new AbortController().signal)).toBe(result)
})

test('the record of what the manager cut short, as it stopped, does not call it a defect', () => {
  const stopped = new Error('The manager stops')

  expect(resultOf(stopped, AbortSignal.abort(stopped))).toBe('Aborted')
})
