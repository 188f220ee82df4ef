import type { ItemVersion } from './item.ts'

/**
 * How the Gateway caches values. `off`: never. `staleFirstRead`: after an update each pod gives the old value once
 * more and refreshes itself. `staleUntilFlush`: a pod gives what it read first until `flush()`.
 */
export type CacheMode = 'off' | 'staleFirstRead' | 'staleUntilFlush'

/** The local caches of the Gateway's pods; a load balancer sends reads to them in turn. */
export class GatewayCache {
  mode: CacheMode = 'off'
  /** Replicas behind the one URL, each with a cache of its own. */
  pods = 1
  readonly #entries = new Map<string, ItemVersion>()
  #reads = 0

  /**
   * What the next pod answers for an item: its cached version when there is one and it may be used, else `current`.
   * A deleted item (`current` absent) is served from the cache too.
   */
  read(
    name: string,
    current: ItemVersion | undefined,
    bypass: boolean,
  ): { value?: ItemVersion; cached: boolean } {
    const key = `${this.#reads++ % this.pods} ${name}`
    const entry = bypass || this.mode === 'off' ? undefined : this.#entries.get(key)
    this.#refresh(key, current, entry)
    const value = entry ?? current
    return { ...(value === undefined ? {} : { value }), cached: entry !== undefined }
  }

  flush(): void {
    this.#entries.clear()
  }

  #refresh(key: string, current: ItemVersion | undefined, entry: ItemVersion | undefined): void {
    if (this.mode === 'off' || (entry !== undefined && this.mode === 'staleUntilFlush')) return
    if (current === undefined) this.#entries.delete(key)
    else this.#entries.set(key, current)
  }
}
