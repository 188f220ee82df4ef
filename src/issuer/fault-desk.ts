import { type Backoff, exponential } from '../std/backoff.ts'
import type { IssuerName } from './issuer-name.ts'

/** What a request found to be wrong with its issuer. */
export interface Fault {
  readonly message: string
  /** How long the issuer is left alone before it is checked again; grows while faults come back. */
  readonly retryAfterMs: number
}

interface Record {
  readonly fault: Fault
  readonly backoff: Backoff
  readonly state: 'reported' | 'told' | 'cleared'
}

const firstBackoff = exponential({ initialMs: 5000, maxMs: 300_000 })

/**
 * Where requests report that an issuer's own access fails, and its reconciler hears of it: once, however many
 * requests find out (I6). A check that passes clears the issuer; when signing goes on to fail all the same, each round
 * waits longer, until a certificate is issued or the configuration changes.
 */
export class FaultDesk {
  readonly #records = new Map<string, Record>()
  readonly #listeners = new Set<(issuer: IssuerName) => void>()
  readonly #issued = new Map<string, number>()

  onReport(listener: (issuer: IssuerName) => void): void {
    this.#listeners.add(listener)
  }

  report(issuer: IssuerName, uid: string, message: string): void {
    const known = this.#records.get(uid)
    if (known !== undefined && known.state !== 'cleared') return
    const backoff = known === undefined ? firstBackoff : known.backoff.next()
    const fault = { message, retryAfterMs: backoff.delayMs }
    this.#records.set(uid, { fault, backoff, state: 'reported' })
    for (const listener of this.#listeners) listener(issuer)
  }

  /** A fault that the issuer's reconciler has not shown yet; given once. */
  take(uid: string): Fault | undefined {
    const known = this.#records.get(uid)
    if (known?.state !== 'reported') return undefined
    this.#records.set(uid, { ...known, state: 'told' })
    return known.fault
  }

  /** True until the issuer was checked after the report. */
  isFaulty(uid: string): boolean {
    const state = this.#records.get(uid)?.state
    return state === 'reported' || state === 'told'
  }

  /** The issuer's check passed. Gives true when a fault ended by it. */
  passed(uid: string): boolean {
    const known = this.#records.get(uid)
    if (known?.state !== 'told') return false
    this.#records.set(uid, { ...known, state: 'cleared' })
    return true
  }

  /** A certificate was issued: faults that were cleared do not count any longer. */
  issued(uid: string): void {
    this.#issued.set(uid, this.issuedBy(uid) + 1)
    if (this.#records.get(uid)?.state === 'cleared') this.#records.delete(uid)
  }

  /** How many certificates it issued in this process, by the configuration that it has. */
  issuedBy(uid: string): number {
    return this.#issued.get(uid) ?? 0
  }

  /** The configuration changed, or the issuer went: what was is over. */
  forget(uid: string): void {
    this.#issued.delete(uid)
    this.#records.delete(uid)
  }
}
