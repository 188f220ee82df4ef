import type { Clock } from '../std/clock.ts'

const windowMs = 20

/** Gathers what comes in bursts and hands it on as one set, a moment after the first of it. */
export class Gather {
  readonly #clock: Clock
  readonly #handOn: (items: ReadonlySet<string>) => void
  #items = new Set<string>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock, handOn: (items: ReadonlySet<string>) => void) {
    this.#clock = clock
    this.#handOn = handOn
  }

  add(items: ReadonlySet<string>): void {
    for (const it of items) this.#items.add(it)
    if (items.size > 0) this.#cancel ??= this.#clock.after(windowMs, () => this.#flush())
  }

  /** Drops what was gathered. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#items = new Set()
  }

  #flush(): void {
    const items = this.#items
    this.stop()
    this.#handOn(items)
  }
}
