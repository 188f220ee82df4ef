import { Failure } from '../std/failure.ts'
import { NotSent } from './circuit.ts'
import type { InSession } from './last-session.ts'

/** The same failure, and that what was asked for never left: nothing came of it. */
function notSent(error: unknown, why: string): unknown {
  if (!(error instanceof Failure)) return error
  const { reason, message, userMustAct, retryAfterMs } = error
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new Failure(reason, message, { userMustAct, ...wait, cause: new NotSent(why) })
}

/** Sessions in which a failure before the work begins says that nothing was sent: a login that failed, say. */
export function tellingNotSent(inSession: InSession): InSession {
  return async (options, run) => {
    let hasBegun = false
    try {
      return await inSession(options, (...given) => {
        hasBegun = true
        return run(...given)
      })
    } catch (error) {
      throw hasBegun ? error : notSent(error, 'the work did not begin')
    }
  }
}
