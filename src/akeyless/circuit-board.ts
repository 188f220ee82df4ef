import type { AkeylessObserver } from './observer.ts'

type Observed = Pick<AkeylessObserver, 'onCircuit' | 'onNotSent'>

/**
 * Tells of Gateways that are not called by their hosts. Several circuits may be of one host, of stores with another CA
 * or path: it counts as called only when none of them is shut.
 */
export class CircuitBoard {
  readonly #observer: Observed
  /** Why they are shut, by host and circuit, the latest last. */
  readonly #shut = new Map<string, Map<object, string>>()

  constructor(observer: Observed) {
    this.#observer = observer
  }

  /** What one more circuit is to tell. */
  line(): Observed {
    const line: Observed = {
      onCircuit: (host, reason) => this.#told(host, line, reason),
      onNotSent: (reason) => this.#observer.onNotSent?.(reason),
    }
    return line
  }

  #told(host: string, line: object, reason: string | undefined): void {
    const shut = this.#shut.get(host) ?? new Map<object, string>()
    shut.delete(line)
    if (reason !== undefined) shut.set(line, reason)
    if (shut.size === 0) this.#shut.delete(host)
    else this.#shut.set(host, shut)
    this.#observer.onCircuit?.(host, [...shut.values()].at(-1))
  }
}
