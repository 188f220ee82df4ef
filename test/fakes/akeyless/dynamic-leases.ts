import { randomBytes } from 'node:crypto'
import type { Producer } from './dynamic-producer.ts'
import { withSlash } from './roles.ts'

/** A credential that a dynamic secret made and that still lives, as far as the Gateway knows. */
export interface Lease {
  readonly id: string
  /** The dynamic secret, with a leading slash. */
  readonly item: string
  /** The user in the database. */
  readonly user: string
  /** Who asked for it. */
  readonly accessId: string
  readonly host: string
  readonly createdAtMs: number
  readonly ttlMs: number
  endsAtMs: number
  /** Set by an extension. */
  customTtlMinutes: number
  /** A revocation that the database refused. */
  failedAtMs?: number
}

const retryMs = 500

/** The living leases of all dynamic secrets: what ends by its TTL is revoked, what cannot be revoked stays and is retried. */
export class DynamicLeases {
  /** Credentials made since the start; counted also when nobody got the answer. */
  minted = 0
  /** Ended by a command. */
  revoked = 0
  /** Ended by their TTL. */
  expired = 0
  extended = 0
  /** Every revocation fails, as with a database that is away. */
  failRevocations = false
  /** The account's cap on the TTL of an extension. */
  maxTtlMs = Infinity
  readonly #now: () => number
  readonly #producers = new Map<string, Producer>()
  readonly #leases = new Map<string, Lease>()
  readonly #ending = new Map<string, Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  get all(): readonly Lease[] {
    return [...this.#leases.values()]
  }

  of(item: string): readonly Lease[] {
    return this.all.filter((it) => it.item === withSlash(item))
  }

  get(item: string, id: string): Lease | undefined {
    const lease = this.#leases.get(id)
    return lease?.item === withSlash(item) ? lease : undefined
  }

  produce(item: string, producer: Producer): void {
    this.#producers.set(withSlash(item), producer)
  }

  producerOf(item: string): Producer | undefined {
    return this.#producers.get(withSlash(item))
  }

  /** Makes a credential; throws as the producer does when the database refuses. */
  async mint(item: string, producer: Producer, accessId: string) {
    const user = `tmp_${accessId}_${randomBytes(5).toString('hex')}`
    const fields = await producer.create(user)
    const nowMs = this.#now()
    const { ttlMs } = producer
    const times = { createdAtMs: nowMs, ttlMs, endsAtMs: nowMs + ttlMs, customTtlMinutes: 0 }
    const lease: Lease = { id: user, item: withSlash(item), user, accessId, host: 'db.internal', ...times }
    this.#leases.set(lease.id, lease)
    this.minted++
    this.look()
    return { lease, fields }
  }

  extend(lease: Lease, minutes: number, fromMs: number): void {
    lease.endsAtMs = fromMs + minutes * 60_000
    lease.customTtlMinutes = minutes
    this.extended++
    this.look()
  }

  /** Throws when the database refuses; the lease then stays and is tried again. */
  async revoke(lease: Lease): Promise<void> {
    await this.#end(lease)
    this.revoked++
  }

  /** Ends what is over now, and looks again when the next one is. */
  look(): void {
    clearTimeout(this.#timer)
    for (const lease of this.#leases.values()) if (this.#dueMs(lease) <= this.#now()) this.#expire(lease)
    const waiting = this.all.filter((it) => !this.#ending.has(it.id)).map((it) => this.#dueMs(it))
    if (waiting.length === 0) return
    const leftMs = Math.min(...waiting) - this.#now()
    this.#timer = setTimeout(() => this.look(), Math.min(Math.max(leftMs, 1), 86_400_000)).unref()
  }

  /** Waits until no revocation is under way. */
  async settled(): Promise<void> {
    while (this.#ending.size > 0) await Promise.allSettled(this.#ending.values())
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#leases.clear()
  }

  #dueMs({ endsAtMs, failedAtMs }: Lease): number {
    return failedAtMs === undefined ? endsAtMs : failedAtMs + retryMs
  }

  #expire(lease: Lease): void {
    if (this.#ending.has(lease.id)) return
    this.#end(lease).then(
      () => void this.expired++,
      () => {},
    )
  }

  /** One revocation of a lease at a time: the TTL may run out under a command. */
  #end(lease: Lease): Promise<void> {
    const underWay = this.#ending.get(lease.id)
    if (underWay !== undefined) return underWay
    const ending = this.#runRevocation(lease).finally(() => {
      this.#ending.delete(lease.id)
      this.look()
    })
    this.#ending.set(lease.id, ending)
    return ending
  }

  async #runRevocation(lease: Lease): Promise<void> {
    try {
      if (this.failRevocations) throw new Error('Cannot revoke a user: the stand-in was told to fail')
      await this.#producers.get(lease.item)?.revoke(lease.user)
      this.#leases.delete(lease.id)
    } catch (error) {
      lease.failedAtMs = this.#now()
      throw error
    }
  }
}
