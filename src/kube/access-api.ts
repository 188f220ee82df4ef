import { ask, unexpectedAnswer } from './answer.ts'
import { property } from './api-status.ts'
import type { Client, RequestOptions, ReviewedUser } from './client.ts'
import type { Call, Send } from './send.ts'

/** `Client.reviewAccess`; asking twice changes nothing. */
export async function requestAccessReview(
  send: Send,
  { username, uid, groups, extra }: ReviewedUser,
  nonResourceAttributes: Parameters<Client['reviewAccess']>[1],
  options: RequestOptions,
): Promise<boolean> {
  const call: Call = {
    asked: 'review what a user may do',
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: username, uid, groups, extra, nonResourceAttributes },
    },
    repeat: 'read',
  }
  const allowed = property(property((await ask(send, call, options)).value, 'status'), 'allowed')
  if (typeof allowed !== 'boolean') throw unexpectedAnswer(call)
  return allowed
}
