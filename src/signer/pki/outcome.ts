import { SignFailure } from '../sign-failure.ts'
import type { Issued, Pending, SignResult } from '../signer.ts'
import { certificatesIn, textAt } from './extract.ts'
import { unusable } from './failures.ts'
import type { Response } from './schema-response.ts'
import type { Ran } from './step-runner.ts'

/** The certificates of a success; undefined where there are none. Throws `Refused` for what is no certificate. */
export function issuedIn({ answer, verdict }: Ran, response: Response): Issued | undefined {
  if (verdict.is !== 'success') return undefined
  const certificates = certificatesIn(answer, response)
  return certificates.length === 0 ? undefined : { kind: 'issued', certificates }
}

/** The id of an order, where the answer holds one that can be kept: text without control characters. */
export function idIn({ answer }: Ran, response: Response): string | undefined {
  const id = response.id === undefined ? undefined : textAt(answer, response.id)
  return id !== undefined && id.length <= 2000 && !/\p{Cc}/u.test(id) ? id : undefined
}

/** A PKI that asks for no pause, or whose clock is behind, is given one all the same. */
const leastPauseMs = 1000

/** Waiting, for as long as the PKI asks, or else as is configured. */
export function pending(ran: Ran, id: string, pollAfterMs: number): Pending {
  const { verdict, answer } = ran
  const message = verdict.message ?? 'the PKI has taken the request and has not decided yet'
  const { retryAfterMs } = answer
  const askedMs = retryAfterMs === undefined ? pollAfterMs : Math.max(retryAfterMs, leastPauseMs)
  return { kind: 'pending', id, message, pollAfterMs: askedMs }
}

/** What a submit came to: certificates, or an order whose id is kept before anything else is asked. */
export function submitted(
  ran: Ran,
  response: Response,
  after: { readonly hasNext: boolean; readonly pollAfterMs: number },
): SignResult {
  const issued = issuedIn(ran, response)
  if (issued !== undefined) return issued
  const id = idIn(ran, response)
  if (id !== undefined && after.hasNext) return pending(ran, id, after.pollAfterMs)
  throw missing(ran, response, after.hasNext)
}

/** A success without what it should hold. */
export function missing({ answer, doing }: Ran, response: Response, wantsId: boolean): SignFailure {
  const place = response.certificate
  const where = place?.path?.text ?? place?.header ?? (place?.body === true ? 'its body' : undefined)
  const certificate = where === undefined ? 'no certificate' : `no certificate at ${where}`
  const problem = answer.problem ?? `the answer holds ${certificate}${wantsId ? ' and no id' : ''}`
  return unusable(answer, problem, doing)
}
