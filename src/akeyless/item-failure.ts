import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import type { Answer } from './http.ts'
import { commonFailure, meaningOf } from './judge.ts'
import type { Session } from './session.ts'

/** What is being done with an item, for messages. */
export function whatOf(name: string): string {
  return `read item "${name}"`
}

/** Why a call for one item did not succeed; undefined when it did. */
export function itemFailure(
  answer: Answer,
  what: string,
  session: Session,
  version: number | undefined,
): Failure | undefined {
  const common = commonFailure(answer, what, session.host)
  if (common !== undefined) return common
  const at = `Cannot ${what}${version === undefined ? '' : ` (version ${version})`} at gateway "${session.host}"`
  const meaning = meaningOf(answer)
  if (meaning === 'denied') {
    return failure(
      'AccessDenied',
      `${at}: status is ${answer.status}; give the role of access id "${session.accessId}" read on this path, or check its sub-claims`,
    )
  }
  if (meaning === 'missing') {
    return failure(
      'NotFound',
      `${at}: status is ${answer.status}; there is no such item or version, check the path`,
    )
  }
  return meaning === 'refused' ? refusedRequest(at, answer.status, version) : undefined
}

/** The request is well formed, so what can be wrong with it is the version that the manifest asks for. */
function refusedRequest(at: string, status: number, version: number | undefined): Failure {
  if (version !== undefined) return failure('InvalidSpec', `${at}: status is ${status}; check the version`)
  return failure('UnexpectedResponse', `${at}: status is ${status}; look at the log of the Gateway`)
}
