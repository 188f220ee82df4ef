import { createHash } from 'node:crypto'
import type { MayGo } from '../net/gated.ts'
import { LargeBodies } from '../net/large-bodies.ts'
import { createPool } from '../net/pool.ts'
import type { Resolve } from '../net/resolve.ts'
import type { UrlRules } from '../net/server-url.ts'
import type { Clock } from '../std/clock.ts'
import { seededRandom } from '../std/seeded-random.ts'
import { type Ca, checkCa } from './ca.ts'
import { Circuit } from './circuit.ts'
import { CircuitBoard } from './circuit-board.ts'
import { Gateway } from './gateway.ts'
import type { GatewayUrl } from './gateway-url.ts'
import type { AkeylessObserver } from './observer.ts'
import { Patience } from './patience.ts'

export interface GatewaysOptions {
  readonly rules: UrlRules
  readonly clock: Clock
  readonly observer: AkeylessObserver
  readonly resolve?: Resolve | undefined
  /** Asked before each call. */
  readonly mayGo?: MayGo | undefined
  readonly maxConcurrentCalls?: number | undefined
  readonly connectTimeoutMs?: number | undefined
  readonly callTimeoutMs?: number | undefined
  readonly probeTimeoutMs?: number | undefined
  readonly idleTimeoutMs?: number | undefined
  readonly giveUpMs?: number | undefined
  /** For so long calls wait for the end of a pause that a Gateway asked for; where it is longer they fail. */
  readonly waitMs?: number | undefined
  /** Numbers in [0, 1) for jitter; those of each Gateway follow from its host unless said otherwise. */
  readonly random?: (() => number) | undefined
}

interface Entry {
  readonly gateway: Gateway
  usedAtMs: number
}

/** After this time without a call a Gateway's connections are given up; longer than any call lasts. */
const unusedMs = 15 * 60_000

/** The Gateways of the process: one per URL and CA, shared by all stores that name the same two. */
export class Gateways {
  readonly #options: GatewaysOptions
  readonly #entries = new Map<string, Entry>()
  readonly #bodies = new LargeBodies()
  readonly #board: CircuitBoard

  constructor(options: GatewaysOptions) {
    this.#options = options
    this.#board = new CircuitBoard(options.observer)
  }

  /** The Gateway of a URL under a CA. A rotated CA is another Gateway; the old one ends when nobody uses it. */
  get(url: GatewayUrl, ca: Ca | undefined): Gateway {
    this.#sweep()
    const key = `${url.origin}${url.path} ${digestOf(ca)}`
    const entry = this.#entries.get(key) ?? { gateway: this.#open(url, ca), usedAtMs: 0 }
    entry.usedAtMs = this.#options.clock.monotonic()
    this.#entries.set(key, entry)
    return entry.gateway
  }

  get size(): number {
    return this.#entries.size
  }

  /** Ends all connections; no socket is left when it resolves. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map((it) => it.gateway.close()))
  }

  #open(url: GatewayUrl, ca: Ca | undefined): Gateway {
    const { clock, giveUpMs = 10_000, waitMs = 3000, random = seededRandom(url.host) } = this.#options
    const { rules, resolve, mayGo, observer, maxConcurrentCalls = 20 } = this.#options
    const { connectTimeoutMs = 5000, idleTimeoutMs = 30_000 } = this.#options
    const { callTimeoutMs = 30_000, probeTimeoutMs = 10_000 } = this.#options
    if (ca !== undefined) checkCa(ca)
    const pool = createPool({
      url,
      rules,
      caPem: ca?.pem,
      connections: maxConcurrentCalls,
      connectTimeoutMs,
      idleTimeoutMs,
      resolve,
      mayGo,
    })
    const circuit = new Circuit({ host: url.host, clock, random, observer: this.#board.line() })
    const patience = new Patience({ clock, circuit, giveUpMs, waitMs })
    const timeouts = { callTimeoutMs, probeTimeoutMs }
    return new Gateway({
      url,
      pool,
      maxConcurrentCalls,
      ...timeouts,
      clock,
      observer,
      circuit,
      patience,
      waitMs,
      bodies: this.#bodies,
    })
  }

  #sweep(): void {
    const oldestMs = this.#options.clock.monotonic() - unusedMs
    for (const [key, { gateway, usedAtMs }] of this.#entries) {
      if (usedAtMs >= oldestMs) continue
      this.#entries.delete(key)
      void gateway.close()
    }
  }
}

/** A short name for a CA, for cache keys. */
export function digestOf(ca: Ca | undefined): string {
  return ca === undefined ? 'system' : createHash('sha256').update(ca.pem).digest('base64url')
}
