/** What a failure says beyond its words. */
export interface FailureOptions {
  /** True when only a person can end it: it is shown as Stalled. It is retried all the same: nobody tells us of a mend. */
  readonly userMustAct: boolean
  /** When the other side said how long to wait (Retry-After), in milliseconds. */
  readonly retryAfterMs?: number
  /** True when what the last success made does not stand any more: it is then no longer shown as good. */
  readonly lastGoodIsGone?: boolean
  readonly cause?: unknown
}

/**
 * An error that says what to do: a stable `reason` for condition, Event and metric alike, a message that is safe to
 * show (never a value, a token or a provider's body), and whether a person must act. Anything else that is thrown in
 * a reconcile is a defect and is shown as one.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly reason: string
  readonly userMustAct: boolean
  readonly retryAfterMs: number | undefined
  readonly lastGoodIsGone: boolean

  constructor(reason: string, message: string, options: FailureOptions) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.reason = reason
    this.userMustAct = options.userMustAct
    this.retryAfterMs = options.retryAfterMs
    this.lastGoodIsGone = options.lastGoodIsGone === true
  }

  /** The same failure, but for these words and options. */
  with({
    message = this.message,
    ...options
  }: Partial<FailureOptions> & { readonly message?: string }): Failure {
    const { userMustAct, retryAfterMs, lastGoodIsGone, cause } = this
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
    return new Failure(this.reason, message, { userMustAct, lastGoodIsGone, cause, ...wait, ...options })
  }
}
