import type { Dispatcher } from 'undici'
import type { MayGo } from '../../net/gated.ts'
import { createPool } from '../../net/pool.ts'
import type { Resolve } from '../../net/resolve.ts'
import type { ServerUrl, UrlRules } from '../../net/server-url.ts'
import { SharedWork } from '../../std/shared-work.ts'
import type { SignerPorts } from '../signer.ts'
import type { Tls } from './schema-tls.ts'
import { readTls, type TlsMaterial } from './tls-material.ts'

/** A server and how it is trusted. */
export interface Peer {
  readonly server: ServerUrl
  readonly tls: Tls
  /** Where its tls stands in `pki.yaml`. */
  readonly path: string
}

export interface ConnectionsOptions {
  readonly rules: UrlRules
  readonly resolve: Resolve | undefined
  readonly mayGo: MayGo | undefined
  readonly ports: SignerPorts
  readonly connections: number
  readonly connectTimeoutMs: number
}

interface Open {
  readonly pool: Dispatcher
  readonly digest: string
}

/** Shorter than servers keep them: a submit on a connection that just closed might have arrived, and nobody knows. */
const idleTimeoutMs = 4000
/** Longest that reading Secrets and ConfigMaps may take, for nobody's signal ends what several wait for. */
const readTimeoutMs = 30_000

/** The connections of one issuer, one pool for each server and trust. */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #open = new Map<string, Open>()
  readonly #opening = new SharedWork<Open>()
  #isClosed = false

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** The connections to a server; what its trust is made of is read at the first call. */
  async to(peer: Peer, signal: AbortSignal): Promise<Dispatcher> {
    const known = this.#open.get(keyOf(peer))
    return (known ?? (await this.#renew(peer, signal))).pool
  }

  /** Reads anew what the trust is made of; a change ends the connections that were made of the old. */
  async refresh(peer: Peer, signal: AbortSignal): Promise<void> {
    await this.#renew(peer, signal)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map(({ pool }) => pool.destroy()))
  }

  #renew(peer: Peer, signal: AbortSignal): Promise<Open> {
    return this.#opening.join(keyOf(peer), () => this.#read(peer), signal)
  }

  async #read(peer: Peer): Promise<Open> {
    const { tls, path, server } = peer
    const material = await readTls(tls, path, this.#options.ports, AbortSignal.timeout(readTimeoutMs))
    const known = this.#open.get(keyOf(peer))
    if (known?.digest === material.digest) return known
    if (this.#isClosed) throw new DOMException('The signer is closed', 'AbortError')
    const open = { pool: this.#pool(server, material), digest: material.digest }
    this.#open.set(keyOf(peer), open)
    // What is under way ends by itself.
    void known?.pool.close()
    return open
  }

  #pool(url: ServerUrl, { caPem, tls }: TlsMaterial): Dispatcher {
    const { rules, resolve, mayGo, connections, connectTimeoutMs } = this.#options
    const ways = { rules, resolve, mayGo, connections, connectTimeoutMs, idleTimeoutMs }
    return createPool({ ...ways, url, caPem, tls })
  }
}

function keyOf({ server, path }: Peer): string {
  return `${server.origin} ${path}`
}
