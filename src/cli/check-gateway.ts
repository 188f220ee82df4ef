import type { Ca } from '../akeyless/ca.ts'
import type { GatewayUrl } from '../akeyless/gateway-url.ts'
import { digestOf, Gateways } from '../akeyless/gateways.ts'
import { skipped } from '../check/finding.ts'
import type { GatewayTarget } from '../check/gateway.ts'
import { clockVerdict } from '../check/skew.ts'
import { proxyFor } from '../kube/proxy.ts'
import { createPool } from '../net/pool.ts'
import type { UrlRules } from '../net/server-url.ts'
import { type Clock, systemClock } from '../std/clock.ts'

export interface GatewayOptions {
  readonly rules: UrlRules
  readonly timeoutMs: number
  readonly clock?: Clock
}

/** The Gateways that stores name, one for each URL and CA. */
export class NamedGateways implements AsyncDisposable {
  readonly #options: GatewayOptions
  readonly #gateways: Gateways
  readonly #targets = new Map<string, GatewayTarget>()

  constructor(options: GatewayOptions) {
    const { timeoutMs, clock = systemClock } = options
    this.#options = options
    const limits = { connectTimeoutMs: timeoutMs, probeTimeoutMs: timeoutMs, giveUpMs: timeoutMs }
    this.#gateways = new Gateways({ rules: options.rules, clock, observer: {}, ...limits })
  }

  get all(): readonly GatewayTarget[] {
    return [...this.#targets.values()]
  }

  /** The Gateway of a store; throws InvalidSpec for a CA that is none. */
  of(url: GatewayUrl, ca: Ca | undefined): GatewayTarget {
    const key = `${url.origin}${url.path} ${digestOf(ca)}`
    const known = this.#targets.get(key) ?? this.#make(url, ca)
    this.#targets.set(key, known)
    return known
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateways.close()
  }

  #make(url: GatewayUrl, ca: Ca | undefined): GatewayTarget {
    const { rules, clock = systemClock } = this.#options
    const gateway = this.#gateways.get(url, ca)
    return {
      url,
      rules,
      ca,
      isProxied: proxyFor(new URL(url.origin), process.env) !== undefined,
      findBase: (signal) => gateway.attend(signal, (within) => gateway.base(within)),
      askClock: (base, signal) => this.#askClock(url, ca, { base, signal, clock }),
    }
  }

  /** The call that looks for the base once more: the manager's own calls keep no headers. */
  async #askClock(
    url: GatewayUrl,
    ca: Ca | undefined,
    { base, signal, clock }: { base: string; signal: AbortSignal; clock: Clock },
  ) {
    const { rules, timeoutMs } = this.#options
    const limits = { connections: 1, connectTimeoutMs: timeoutMs, idleTimeoutMs: timeoutMs }
    const pool = createPool({ url, rules, caPem: ca?.pem, ...limits })
    try {
      const path = `${base.slice(url.origin.length)}/validate-token`
      const sentMs = clock.now()
      const { headers, body } = await pool.request({ method: 'POST', origin: url.origin, path, signal })
      await body.dump({ limit: 16_384 })
      return clockVerdict(headers['date'], { sentMs, receivedMs: clock.now() })
    } catch {
      // The leg before this one says whether the Gateway answers.
      return skipped('the Gateway was not heard once more')
    } finally {
      await pool.destroy()
    }
  }
}
