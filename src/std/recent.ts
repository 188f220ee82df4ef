/**
 * Remembers what was used last: at least the last `most` entries, at most twice as many. Takes no more room than what
 * it holds, unlike an LRU list that sets aside all of its places, and reading costs no rearranging.
 */
export class Recent<Key, Value extends {}> {
  readonly #most: number
  #young = new Map<Key, Value>()
  /** What was young when there were too many; what is not used before there are again goes. */
  #old = new Map<Key, Value>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: Key, value: Value): void {
    this.#old.delete(key)
    this.#young.set(key, value)
    if (this.#young.size < this.#most) return
    this.#old = this.#young
    this.#young = new Map()
  }

  delete(key: Key): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  /** All that is remembered, in no order. */
  *values(): Generator<Value> {
    yield* this.#young.values()
    yield* this.#old.values()
  }
}
