/** The names of the checks, stable: scripts may look for them. In the order in which they are made. */
export const checkNames = [
  'api-server',
  'clock',
  'identity',
  'namespace',
  'crd',
  'cert-manager',
  'rights',
  'store',
  'dns',
  'tcp',
  'tls',
  'gateway',
  'gateway-clock',
  'token-request',
  'token-review',
  'login',
  'issuer',
  'lease',
  'external-secrets',
] as const
export type CheckName = (typeof checkNames)[number]

export type CheckStatus = 'ok' | 'warn' | 'failed' | 'skipped'

/** How one leg ended. Nothing in it is secret: it is shown and may be pasted into a ticket. */
export interface Verdict {
  readonly status: CheckStatus
  /** What was looked at and found. */
  readonly message: string
  /** What to do next. */
  readonly remedy?: string | undefined
}

/** A verdict with what it is of; a line of the report. */
export interface Finding extends Verdict {
  readonly check: CheckName
  /** What it is about: `SecretStore shop/akeyless`, `gw.example.com:8000`. */
  readonly object?: string | undefined
  readonly durationMs: number
}

/** The leg holds. */
export function ok(message: string): Verdict {
  return { status: 'ok', message }
}

/** It holds, and there is something to know or to do. */
export function warned(message: string, remedy?: string): Verdict {
  return { status: 'warn', message, ...(remedy !== undefined && { remedy }) }
}

/** It does not hold; `remedy` says what to do. */
export function failed(message: string, remedy?: string): Verdict {
  return { status: 'failed', message, ...(remedy !== undefined && { remedy }) }
}

/** It was not looked at. */
export function skipped(why: string): Verdict {
  return { status: 'skipped', message: why }
}
