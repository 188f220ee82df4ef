import { SignFailure, type SignReason, signReasonOf } from '../sign-failure.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { NotAnswered } from './send.ts'
import type { Verdict } from './verdict.ts'

/** What a failure is told of. */
export interface Doing {
  /** `Cannot submit the request at PKI "pki:8443"`. */
  readonly at: string
  /** A second try could make a second certificate: a submit without an idempotency key. */
  readonly mayDouble: boolean
}

/** A request that got no answer: what was never sent did nothing, and what was may have. */
export function unanswered({ failure, wasSent }: NotAnswered, { mayDouble }: Doing): SignFailure {
  const known = signReasonOf(failure)
  const reason = known ?? (wasSent && mayDouble ? 'Unknown' : 'Unavailable')
  const what = reason === 'Unknown' ? '; the PKI may have signed all the same' : ''
  return new SignFailure(reason, `${failure.message}${what}`, { cause: failure })
}

/** A request that waited for others until its time was over: it was never sent. Undefined for any other end. */
export function withoutTurn(error: unknown, { at }: Doing): SignFailure | undefined {
  if (!(error instanceof DOMException && error.name === 'TimeoutError')) return undefined
  const next = 'the PKI is slow, or maxConcurrentCalls is too low for it'
  return new SignFailure('Unavailable', `${at}: its turn did not come: ${next}`, { cause: error })
}

/** An answer that is a success by its status and of no use. */
export function unusable(answer: HttpAnswer, problem: string, { at, mayDouble }: Doing): SignFailure {
  // A page for people is somebody else's: a proxy's or a gateway's in front.
  const isForeign = answer.headers['content-type']?.toLowerCase().includes('html') === true
  if (isForeign) {
    const next = 'see that baseURL leads to the PKI itself'
    return new SignFailure('Unavailable', `${at}: status is ${answer.status}, but ${problem}; ${next}`)
  }
  const reason = mayDouble ? 'Unknown' : 'Unavailable'
  return new SignFailure(reason, `${at}: status is ${answer.status}, but ${problem}`)
}

const nextSteps = {
  refused: { reason: 'Refused', next: 'the PKI refuses this request; see why in its log' },
  retry: { reason: 'Unavailable', next: 'the PKI cannot do it now' },
  'issuer-fault': { reason: 'IssuerFault', next: 'check the configuration of the issuer against the PKI' },
  unauthorized: {
    reason: 'IssuerFault',
    next: 'the PKI does not accept the credentials, or they have not the right to do this',
  },
} as const satisfies Record<string, { reason: SignReason; next: string }>

const redirects =
  'the answer leads elsewhere, which is not followed; set baseURL to where the PKI itself answers'

/** What a server in front answers when it lost the one behind: that may have done its work. */
const byGateways = new Set([502, 504])

/** An answer that means a failure; a word of the PKI's own is shown only as a code. */
export function refusal(
  answer: HttpAnswer,
  { is, message }: Verdict & { readonly is: keyof typeof nextSteps },
  code: string | undefined,
  { at, mayDouble }: Doing,
): SignFailure {
  const { status, retryAfterMs } = answer
  const { reason, next } = nextSteps[is]
  const isUnknown = is === 'retry' && mayDouble && byGateways.has(status)
  const words = message ?? (status >= 300 && status < 400 ? redirects : next)
  const shown = code === undefined ? `status is ${status}` : `status is ${status} (code ${code})`
  const more = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new SignFailure(isUnknown ? 'Unknown' : reason, `${at}: ${shown}; ${words}`, more)
}
