import type { ObjectKey } from '../kube/object.ts'

interface Issuer {
  readonly inside: Set<ObjectKey>
  /** Asked to come back, and not yet here. */
  readonly invited: Set<ObjectKey>
  readonly waiting: Set<ObjectKey>
}

/**
 * At most `limit` requests of one issuer are with its CA at a time (F57). A request that finds no place holds no worker
 * meanwhile: it is called back in the order it came.
 */
export class IssuerGate {
  readonly #limit: number
  readonly #onPlace: (key: ObjectKey) => void
  readonly #issuers = new Map<string, Issuer>()
  readonly #issuerOf = new Map<ObjectKey, string>()

  constructor(limit: number, onPlace: (key: ObjectKey) => void) {
    this.#limit = limit
    this.#onPlace = onPlace
  }

  /** True when there is a place, which is then held until `leave`; else the key is called back when there is one. */
  enter(issuerKey: string, key: ObjectKey): boolean {
    const issuer = this.#of(issuerKey)
    this.#issuerOf.set(key, issuerKey)
    const isInvited = issuer.invited.delete(key)
    if (isInvited || issuer.inside.size + issuer.invited.size < this.#limit) {
      issuer.waiting.delete(key)
      issuer.inside.add(key)
      return true
    }
    issuer.waiting.add(key)
    return false
  }

  /** A run of this key is over, or the request is gone. One that waits goes on waiting, unless it is gone. */
  leave(key: ObjectKey, { isGone = false } = {}): void {
    const issuerKey = this.#issuerOf.get(key)
    const issuer = issuerKey === undefined ? undefined : this.#issuers.get(issuerKey)
    if (issuerKey === undefined || issuer === undefined) return
    issuer.inside.delete(key)
    issuer.invited.delete(key)
    if (isGone) issuer.waiting.delete(key)
    if (!issuer.waiting.has(key)) this.#issuerOf.delete(key)
    this.#invite(issuer)
    if (issuer.inside.size + issuer.invited.size + issuer.waiting.size === 0) this.#issuers.delete(issuerKey)
  }

  #invite(issuer: Issuer): void {
    for (const key of issuer.waiting) {
      if (issuer.inside.size + issuer.invited.size >= this.#limit) return
      issuer.waiting.delete(key)
      issuer.invited.add(key)
      this.#onPlace(key)
    }
  }

  #of(issuerKey: string): Issuer {
    const known = this.#issuers.get(issuerKey)
    if (known !== undefined) return known
    const made = { inside: new Set<string>(), invited: new Set<string>(), waiting: new Set<string>() }
    this.#issuers.set(issuerKey, made)
    return made
  }
}
