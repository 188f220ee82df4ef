import { Failure } from '../std/failure.ts'
import { NotSent } from './circuit.ts'
import { type InSession, unlessBegun } from './in-session.ts'

/** Sessions in which a failure before the work begins says that nothing was sent: nothing came of it. */
export function tellingNotSent(inSession: InSession): InSession {
  return unlessBegun(inSession, async (error) => {
    if (!(error instanceof Failure)) throw error
    throw error.with({ cause: new NotSent('the work did not begin') })
  })
}
