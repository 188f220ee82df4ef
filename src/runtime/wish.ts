import type { Attempt } from './attempt.ts'
import type { Next } from './reconcile.ts'

/** What the queue is to do with a key after a run. */
export type Wish =
  | { readonly kind: 'next'; readonly next: Next }
  /** Again after the key's back-off, at least after `atLeastMs`, at most after `atMostMs`. */
  | { readonly kind: 'retry'; readonly atLeastMs: number; readonly atMostMs: number }
  /** The object is gone or the manager stops. */
  | { readonly kind: 'drop' }

/** The run in the words of metrics. */
export function effectOf(attempt: Attempt<unknown>, wish: Wish) {
  const failed = attempt.kind === 'failed'
  const isError = failed || wish.kind === 'retry'
  const isAgain = wish.kind === 'next' && wish.next.kind === 'again'
  return {
    result: isError ? 'error' : isAgain ? 'requeue_after' : 'success',
    isDefect: failed && attempt.isDefect,
    userMustAct: failed && attempt.failure.userMustAct,
  } as const
}
