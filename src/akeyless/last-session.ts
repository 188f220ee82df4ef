import { Failure } from '../std/failure.ts'
import { type InSession, unlessBegun } from './in-session.ts'
import type { Session } from './session.ts'

/**
 * Who a store last logged in as. A ServiceAccount or a Secret often goes together with what was made by it, in one
 * `kubectl delete -f` or with its namespace; the token that it was given before is still good to clean up with.
 */
export class LastSession {
  #session: Session | undefined

  /** Runs work in a session, and remembers that. */
  noted(inSession: InSession): InSession {
    return (options, run) =>
      inSession(options, (session, within) => {
        this.#session = session
        return run(session, within)
      })
  }

  /** The same, and in the last session where what the store logs in by does not exist any more. */
  orLast(inSession: InSession): InSession {
    return unlessBegun(this.noted(inSession), async (error, options, run) => {
      const last = this.#session
      if (last === undefined || !isOfMissing(error)) throw error
      return run(last.under(options.signal), options)
    })
  }
}

function isOfMissing(error: unknown): boolean {
  return error instanceof Failure && error.reason === 'NotFound'
}
