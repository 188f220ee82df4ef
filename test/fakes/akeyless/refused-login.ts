import type { Context } from './context.ts'
import { Refusal, wrapped } from './errors.ts'

/** A refused login of the access id at hand, in the form that this run guesses. */
export function refusedLogin({ state, note }: Context, status: number, detail: string): Refusal {
  if (state.guesses.authErrorForm === 'short') return new Refusal(status, detail)
  const [operation, kind] = ['Failed to validate credentials', 'InvalidCredentials']
  const identity = { accountId: state.accountId, accessId: note.accessId ?? '' }
  return wrapped({ what: 'failed to authenticate', operation, status, kind, detail }, identity)
}
