import type { ReadOptions } from '../store/provider.ts'
import type { Session } from './session.ts'

type Work<T> = (session: Session, options: ReadOptions) => Promise<T>

/** Runs work that is logged in. */
export type InSession = <T>(options: ReadOptions, run: Work<T>) => Promise<T>

/** Sessions in which a failure before the work begins, a login that failed say, is left to `otherwise`. */
export function unlessBegun(
  inSession: InSession,
  otherwise: <T>(error: unknown, options: ReadOptions, run: Work<T>) => Promise<T>,
): InSession {
  return async (options, run) => {
    let hasBegun = false
    try {
      return await inSession(options, (...given) => {
        hasBegun = true
        return run(...given)
      })
    } catch (error) {
      if (hasBegun) throw error
      return otherwise(error, options, run)
    }
  }
}
