import type { TlsMaterial } from './connection.ts'
import { TransportError } from './errors.ts'
import { createPools, type Pools, type PoolsOptions } from './pool.ts'

/** The pools of the TLS material in use, and those of older material until what is under way on them has ended. */
export class RotatingPools {
  readonly #options: Omit<PoolsOptions, 'tls'>
  readonly #retired = new Set<Pools>()
  #current: Pools | undefined
  #closed = false

  constructor(options: Omit<PoolsOptions, 'tls'>) {
    this.#options = options
  }

  /** Valid for a dispatch in the same turn only: a rotation may retire them in the next. Throws when closed. */
  for(tls: TlsMaterial): Pools {
    if (this.#closed)
      throw new TransportError('Cannot send a request: the client is closed', 'UND_ERR_CLOSED')
    if (this.#current !== undefined && this.#current.tls !== tls) this.#retire(this.#current)
    this.#current ??= createPools({ ...this.#options, tls })
    return this.#current
  }

  /** Ends everything; resolves when no socket is left. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#current !== undefined) this.#retired.add(this.#current)
    this.#current = undefined
    await Promise.all([...this.#retired].map((it) => it.destroy()))
  }

  #retire(pools: Pools): void {
    this.#retired.add(pools)
    this.#current = undefined
    const gone = () => this.#retired.delete(pools)
    pools.retire().then(gone, gone)
  }
}
