import { expect, test } from 'vitest'
import { emptyTarget as target } from '../../test/fakes/secrets/target.ts'
import { ApiError, TransportError } from '../kube/errors.ts'
import { explainWrite } from './explain-write.ts'

const refused = (status: number, ...fields: string[]) => new ApiError('refused', { status, fields })

test.each([
  [refused(403), 'TargetRejected', /grant get, list, watch, create and patch on Secrets in namespace "shop"/],
  [refused(422, 'data'), 'TargetImmutable', /delete it to have it made anew/],
  [
    refused(422, 'type', 'data'),
    'TargetImmutable',
    /another type than Opaque, and the type of a Secret cannot/,
  ],
  [refused(422, 'data[..x]'), 'TargetRejected', /refuses data\[\.\.x\]; correct the keys/],
  [refused(422, 'metadata.name'), 'TargetRejected', /refuses metadata.name; correct spec.target/],
  [refused(422), 'TargetRejected', /refuses a field; correct spec.target, or look for an admission policy/],
])('a refusal (%s) becomes %s and says what to do', (error, reason, words) => {
  const explained = explainWrite(error, target)

  expect(explained).toMatchObject({ reason, userMustAct: true, cause: error })
  expect((explained as Error).message).toMatch(/^Cannot write Secret "shop\/secret": /)
  expect((explained as Error).message).toMatch(words)
})

test.each([
  refused(403, 'metadata.namespace'),
  refused(409),
  refused(500),
  refused(404),
  new TransportError('reset', 'ECONNRESET'),
  new TypeError('defect'),
])('what may pass, and a defect, stay what they are: %s', (error) => {
  expect(explainWrite(error, target)).toBe(error)
})
