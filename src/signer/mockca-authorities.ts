import { type Authority, makeAuthority } from './mockca-authority.ts'
import type { MockCAConfig } from './mockca-config.ts'

interface Made {
  readonly config: MockCAConfig
  readonly untilMs: number
  readonly authority: Promise<Authority>
}

/** A CA that ends in a moment helps nobody: it is replaced a little before. */
const lastMs = 3_600_000

/** The CAs in memory, one per issuer (by UID); each is made when it is first asked for. */
export class Authorities {
  readonly #made = new Map<string, Made>()

  /** The CA of an issuer; another one when its configuration asks for another, or its time is over. */
  of(issuerUid: string, config: MockCAConfig, nowMs: number): Promise<Authority> {
    const found = this.#made.get(issuerUid)
    if (found !== undefined && isAlike(found.config, config) && nowMs < found.untilMs) return found.authority
    const made = {
      config,
      untilMs: nowMs + config.validity - lastMs,
      authority: makeAuthority(config, nowMs),
    }
    this.#made.set(issuerUid, made)
    // What failed is not kept: the next asks again.
    made.authority.catch(() => {
      if (this.#made.get(issuerUid) === made) this.#made.delete(issuerUid)
    })
    return made.authority
  }

  forget(issuerUid: string): void {
    this.#made.delete(issuerUid)
  }
}

/** What shapes the CA itself; `allowCA` only says what it signs. */
function isAlike(a: MockCAConfig, b: MockCAConfig): boolean {
  return a.keyAlgorithm === b.keyAlgorithm && a.commonName === b.commonName && a.validity === b.validity
}
