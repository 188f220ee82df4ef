import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { type Explain, explainError } from './explain.ts'
import type { Verdict } from './reconcile.ts'

/** How one run of a reconciler ended; `stopped` is the manager's doing and says nothing of the object. */
export type Attempt<Fields> = (
  | { readonly kind: 'verdict'; readonly verdict: Verdict<Fields> }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly isDefect: boolean }
  | { readonly kind: 'stopped' }
) & { readonly timedOut: boolean }

export interface AttemptOptions {
  /** Leadership and the life of the manager. */
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** How long a run that was told to end is waited for; after it the worker goes on without it. */
  readonly graceMs: number
  readonly clock: Clock
  readonly explain?: Explain | undefined
}

/** Runs a reconciler once, within its time. Never rejects. */
export async function attempt<Fields>(
  run: (signal: AbortSignal) => Promise<Verdict<Fields>>,
  options: AttemptOptions,
): Promise<Attempt<Fields>> {
  const limit = new Limit(options)
  try {
    const verdict = await Promise.race([run(limit.signal), limit.abandoned])
    if (options.signal.aborted) return { kind: 'stopped', timedOut: false }
    return { kind: 'verdict', verdict, timedOut: limit.timedOut }
  } catch (error) {
    if (options.signal.aborted) return { kind: 'stopped', timedOut: false }
    const cause = limit.isOwn(error) ? timeoutFailure(options.timeoutMs) : error
    return { kind: 'failed', ...explainError(cause, options.explain), timedOut: limit.timedOut }
  } finally {
    limit.clear()
  }
}

function timeoutFailure(timeoutMs: number): Failure {
  const message = `Cannot finish: the attempt took longer than ${timeoutMs / 1000} s`
  return new Failure('Timeout', message, { userMustAct: false })
}

/** The end of a run: its time is up, or the manager's signal says so. */
class Limit {
  timedOut = false
  readonly abandoned: Promise<never>
  readonly #abandoned = Promise.withResolvers<never>()
  readonly #controller = new AbortController()
  readonly #options: AttemptOptions
  readonly #cancels: (() => void)[] = []

  constructor(options: AttemptOptions) {
    this.#options = options
    this.abandoned = this.#abandoned.promise
    const onAbort = () => this.#end(options.signal.reason)
    options.signal.addEventListener('abort', onAbort, { once: true })
    this.#cancels.push(() => options.signal.removeEventListener('abort', onAbort))
    this.#cancels.push(options.clock.after(options.timeoutMs, () => this.#timeOut()))
    if (options.signal.aborted) onAbort()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** True for the error that a run throws because its time was up, rather than for a cause of its own. */
  isOwn(error: unknown): boolean {
    return (
      this.timedOut &&
      (error === this.signal.reason || (error instanceof Error && error.name === 'AbortError'))
    )
  }

  clear(): void {
    for (const cancel of this.#cancels) cancel()
  }

  #timeOut(): void {
    this.timedOut = !this.#controller.signal.aborted
    this.#end(new DOMException('The reconcile took too long', 'TimeoutError'))
  }

  #end(reason: unknown): void {
    if (this.#controller.signal.aborted) return
    this.#controller.abort(reason)
    this.#cancels.push(this.#options.clock.after(this.#options.graceMs, () => this.#abandoned.reject(reason)))
  }
}
