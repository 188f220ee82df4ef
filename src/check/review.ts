import { ask } from '../kube/answer.ts'
import { property } from '../kube/api-status.ts'
import { createSend } from '../kube/send.ts'
import type { Transport } from '../kube/transport.ts'

/** A question of which the answer is the status of what was sent; nothing is stored. */
export interface Review {
  readonly group: 'authentication.k8s.io' | 'authorization.k8s.io'
  readonly kind: 'SelfSubjectReview' | 'SelfSubjectAccessReview'
  readonly spec?: object
}

/** Asks for a review and gives its status. Throws ApiError and TransportError. */
export type AskReview = (review: Review, signal: AbortSignal) => Promise<unknown>

/** Reviews by the API server, as the identity of the transport. */
export function reviewsThrough(transport: Transport): AskReview {
  const send = createSend(transport)
  return async ({ group, kind, spec }, signal) => {
    const call = {
      asked: `create a ${kind}`,
      method: 'POST',
      path: `/apis/${group}/v1/${kind.toLowerCase()}s`,
      body: { apiVersion: `${group}/v1`, kind, ...(spec !== undefined && { spec }) },
      // Asking twice changes nothing.
      repeat: 'read',
    } as const
    return property((await ask(send, call, { signal })).value, 'status')
  }
}
