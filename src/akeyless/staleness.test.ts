import { expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { drawGuesses } from '../../test/fakes/akeyless/guesses.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { seededRandom } from '../std/seeded-random.ts'
import { sortedJson } from './sorted-json.ts'

const names = ['/shop/a', '/shop/b', '/shop/x/c', '/shop/x/d', '/shop/y/z/e']
const second = 1000
const hour = 3600 * second
const maxAgeMs = 60 * second
/** So long a Gateway may go on serving what was written over or deleted. */
const cachedMs = 60 * 60 * second

/** Chance, by a seed: the same one makes the same changes. */
class Dice {
  readonly next: () => number

  constructor(seed: string) {
    this.next = seededRandom(seed)
  }

  /** One of these. */
  of<T>(...choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0]
  }

  some<T>(all: readonly T[]): readonly T[] {
    return all.filter(() => this.next() < 0.6)
  }
}

/** People who make, write, rotate, delete and remake items, and Gateway caches that live for an hour at most. */
class Account {
  readonly clock = new ManualClock()
  readonly #akeyless: AkeylessStandIn
  readonly #dice: Dice
  readonly #changedAtMs = new Map<string, number>()
  #values = 0
  #flushedMs = this.clock.now()

  constructor(akeyless: AkeylessStandIn, dice: Dice) {
    this.#akeyless = akeyless
    this.#dice = dice
    this.pass(0)
    for (const it of names) this.#make(it)
  }

  pass(ms: number): void {
    this.clock.advance(ms)
    const { state } = this.#akeyless
    state.advance(this.clock.now() - state.now())
    if (this.clock.now() - this.#flushedMs < cachedMs - 300 * second) return
    state.cache.flush()
    this.#flushedMs = this.clock.now()
  }

  change(name: string): void {
    const { state } = this.#akeyless
    const how = this.#dice.of('write', 'write', 'delete', 'remake')
    const item = state.items.get(name)
    if (item === undefined || how === 'remake') this.#make(name)
    else if (how === 'delete') state.deleteItem(name)
    else if (item.type === 'ROTATED_SECRET') state.rotate(name)
    else state.putSecret(name, this.#value())
    this.#changedAtMs.set(name, this.clock.now())
  }

  /** What must be known of an item by now; undefined where a cache may still stand in between. */
  knowable(name: string): string | undefined {
    const content = this.#akeyless.state.items.get(name)?.versions.at(-1)?.content
    const sinceMs = this.clock.now() - (this.#changedAtMs.get(name) ?? 0)
    if (sinceMs <= maxAgeMs) return undefined
    if (content === undefined) return 'NotFound'
    return typeof content === 'string' ? content : sortedJson(content)
  }

  #make(name: string): void {
    const { state } = this.#akeyless
    state.deleteItem(name)
    if (this.#dice.of(true, false)) state.secret(name, { value: this.#value() })
    else state.rotated(name, { username: 'u', password: this.#value() })
    this.#changedAtMs.set(name, this.clock.now())
  }

  #value(): string {
    this.#values += 1
    return `canary-${this.#values}`
  }
}

test.each([0, 1, 2, 3, 4, 5])(
  'whoever reads only what looks changed never keeps an old value, nor of an item that was made anew: %d',
  async (seed) => {
    const dice = new Dice(`staleness ${seed}`)
    const pageSize = dice.of(2, 3, 1000)
    await using akeyless = await startAkeyless({ guesses: drawGuesses(seed), pageSize })
    akeyless.state.accessKey({ accessId, accessKey, admin: true })
    akeyless.state.cache.mode = dice.of('off', 'staleFirstRead', 'staleUntilFlush')
    akeyless.state.cache.pods = dice.of(1, 2)
    const account = new Account(akeyless, dice)
    const bench = createBench({ url: akeyless.url, clock: account.clock })
    const kept = new Map<string, { version: string | undefined; value: string | undefined }>()

    const refresh = async (some: readonly string[]) => {
      const looks = some.map((key) => ({ item: { key } }))
      const versions = await bench.open().versions?.(looks, { ...reading(), maxAgeMs })
      for (const [index, name] of some.entries()) {
        const version = versions?.[index]
        if (version !== undefined && kept.get(name)?.version === version) continue
        const [value] = await bench.read(bench.open(), name)
        kept.set(name, { version, value })
      }
    }
    for (let step = 0; step < 60; step++) {
      if (dice.next() < 0.4) account.change(dice.of('/shop/a', ...names))
      if (dice.next() < 0.4) account.pass(dice.of(second, 20 * second, 61 * second, hour / 6, hour, 2 * hour))
      const some = dice.some(names)
      await refresh(some)
      for (const it of some)
        expect([step, it, kept.get(it)?.value]).toEqual([
          step,
          it,
          account.knowable(it) ?? kept.get(it)?.value,
        ])
    }
    await bench.close()
    bench.refuseLeaks()
  },
  30_000,
)
