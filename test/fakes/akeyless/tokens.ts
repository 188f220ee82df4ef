import { randomBytes } from 'node:crypto'
import type { Caller, Claims } from './roles.ts'

/** A login: who, with which claims, until when. */
export interface Token extends Caller {
  /** `tok-1`, `tok-2`...: safe to record. */
  readonly id: string
  /** The opaque `t-...` that the caller sends; never recorded. */
  readonly value: string
  readonly expiresAtMs: number
  revoked: boolean
}

/** The tokens that were given out. */
export class Tokens {
  readonly #byValue = new Map<string, Token>()

  issue(accessId: string, claims: Claims, expiresAtMs: number): Token {
    const [id, value] = [`tok-${this.#byValue.size + 1}`, `t-${randomBytes(16).toString('hex')}`]
    const token = { id, value, accessId, claims, expiresAtMs, revoked: false }
    this.#byValue.set(value, token)
    return token
  }

  /** The token of this value, good or not. */
  find(value: string): Token | undefined {
    return this.#byValue.get(value)
  }

  /** Revokes one caller's tokens, or all; returns how many. */
  revoke(accessId?: string): number {
    const hit = [...this.#byValue.values()].filter(
      (it) => !it.revoked && (accessId ?? it.accessId) === it.accessId,
    )
    for (const token of hit) token.revoked = true
    return hit.length
  }
}
