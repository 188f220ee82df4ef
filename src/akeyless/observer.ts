/** A call that ended, one way or another. */
export interface ObservedCall {
  readonly provider: 'akeyless'
  readonly call: string
  readonly code: string
  readonly tookMs: number
}

/** Told of every call, of the token cache and of Gateways that are not called, for metrics. */
export interface AkeylessObserver {
  /** `call` is the command (`auth`, `describe-item`...), `code` the HTTP status or the reason that there is none. */
  onCall?(call: ObservedCall): void
  onTokenCache?(result: 'hit' | 'miss'): void
  /** Nobody calls a Gateway (`gateway` is its host and port) for this reason; or calls go on, when there is none. */
  onCircuit?(gateway: string, reason: string | undefined): void
  /** A Gateway that could not be reached answers again: whoever failed for its sake need not wait any longer. */
  onReturn?(gateway: string): void
  /** Something failed without a call because its Gateway is not called now. */
  onNotSent?(reason: string): void
}
