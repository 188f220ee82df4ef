import { SignFailure } from '../sign-failure.ts'

/**
 * Runs `read`; whatever it throws becomes a `Refused` that names `what` was read and why it cannot be used.
 * Only Errors of this room carry words that may be shown; a library's may quote what it read.
 */
export function refusing<Result>(what: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw refused(what, error)
  }
}

/** What to throw for `error`, met while `what` was read. */
export function refused(what: string, error: unknown): SignFailure {
  if (error instanceof SignFailure) return error
  return new SignFailure('Refused', `${what} cannot be used: ${wordsOf(error)}`)
}

/** A reason to refuse whose words are ours. */
export class Unreadable extends Error {}

function wordsOf(error: unknown): string {
  return error instanceof Unreadable ? error.message : 'it is malformed'
}
