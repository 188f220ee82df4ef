/** Told of every call and of the token cache, for metrics. */
export interface AkeylessObserver {
  /** `call` is the command (`auth`, `describe-item`...), `code` the HTTP status or the reason that there is none. */
  onCall?(call: { readonly provider: 'akeyless'; readonly call: string; readonly code: string }): void
  onTokenCache?(result: 'hit' | 'miss'): void
}
