import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { type Clock, systemClock } from '../std/clock.ts'
import { seededRandom } from '../std/seeded-random.ts'
import { sortedJson } from './sorted-json.ts'

const names = ['/shop/a', '/shop/b', '/shop/x/c', '/shop/x/d', '/shop/y/z/e']
const commands = ['/list-items', '/describe-item', '/get-secret-value', '/get-rotated-secret-value']
const readers = 12
const changes = 60
/** To the product all items are old, so that dates are no reason to ask past a cache. */
const clock: Clock = { ...systemClock, now: () => Date.now() + 3 * 3_600_000 }

/** Chance, by a seed: each who draws has his own, so that nobody's draws hang on how fast the others are. */
class Dice {
  readonly next: () => number

  constructor(seed: string) {
    this.next = seededRandom(`interleavings ${seed}`)
  }

  of<T>(...choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0]
  }
}

/** Changes and calls in the order of their moments: how it came that a reader saw what was not so. */
class Diary {
  readonly #lines: string[] = []

  note(line: string, atMs = performance.now()): void {
    this.#lines.push(`${atMs.toFixed(1)} ${line}`)
  }

  get latest(): string {
    return this.#lines.slice(-80).join('\n')
  }
}

interface State {
  /** The value, or `NotFound`. */
  readonly shown: string
  readonly fromMs: number
}

/** What items are, and were when. */
class History {
  readonly #akeyless: AkeylessStandIn
  readonly #dice: Dice
  readonly #diary: Diary
  readonly #states = new Map<string, State[]>()
  readonly #rotating: ReadonlySet<string>
  #values = 0

  constructor(akeyless: AkeylessStandIn, dice: Dice, diary: Diary) {
    this.#akeyless = akeyless
    this.#dice = dice
    this.#diary = diary
    this.#rotating = new Set(names.filter(() => dice.of(true, false)))
    for (const it of names) this.change(it)
  }

  /** Somebody writes, rotates, deletes or remakes an item. */
  change(name: string): void {
    const { state } = this.#akeyless
    state.advance(1000)
    this.#act(name)
    const content = state.items.get(name)?.versions.at(-1)?.content ?? 'NotFound'
    const shown = typeof content === 'string' ? content : sortedJson(content)
    const fromMs = performance.now()
    this.#states.set(name, [...(this.#states.get(name) ?? []), { shown, fromMs }])
    this.#diary.note(`${name} is ${shown}`, fromMs)
  }

  /** The places, among all that an item ever was, of what it was between two moments and looked like this. */
  places(name: string, shown: string | undefined, fromMs: number, toMs: number): readonly number[] {
    const states = this.#states.get(name) ?? []
    const untilMs = (place: number) => states[place + 1]?.fromMs ?? Infinity
    return [...states.keys()].filter((place) => {
      const it = states[place]
      return it !== undefined && it.shown === shown && it.fromMs <= toMs && untilMs(place) >= fromMs
    })
  }

  #act(name: string): void {
    const { state } = this.#akeyless
    const item = state.items.get(name)
    const how = this.#dice.of('write', 'write', 'delete', 'remake', 'remake')
    if (item === undefined || how === 'remake') this.#make(name)
    else if (how === 'delete') state.deleteItem(name)
    else if (item.type === 'ROTATED_SECRET') state.rotate(name)
    else state.putSecret(name, this.#value())
  }

  #make(name: string): void {
    const { state } = this.#akeyless
    state.deleteItem(name)
    if (this.#rotating.has(name)) state.rotated(name, { username: 'u', password: this.#value() })
    else state.secret(name, { value: this.#value() })
  }

  #value(): string {
    this.#values += 1
    return `canary-${this.#values}`
  }
}

interface Kept {
  readonly version: string | undefined
  readonly value: string | undefined
  /** The earliest that it can be among what the item ever was. */
  readonly place: number
}

interface Scene {
  readonly bench: ReturnType<typeof createBench>
  readonly history: History
  readonly diary: Diary
  readonly areListsRefused: boolean
}

/** Looks at items and reads those that look changed, as a sync does. */
class Reader {
  readonly #scene: Scene
  readonly #dice: Dice
  readonly #kept = new Map<string, Kept>()

  constructor(scene: Scene, dice: Dice) {
    this.#scene = scene
    this.#dice = dice
  }

  async look(): Promise<void> {
    const some = names.filter(() => this.#dice.next() < 0.25)
    const maxAgeMs = this.#dice.of(0, 0, 40)
    const fromMs = performance.now() - maxAgeMs
    const versions = await this.#versions(some, maxAgeMs)
    const isSame = (name: string) =>
      versions.get(name) !== undefined && versions.get(name) === this.#kept.get(name)?.version
    const values = await this.#read(some.filter((it) => !isSame(it)))
    for (const name of some) {
      const value = isSame(name) ? this.#kept.get(name)?.value : values.get(name)
      this.#keep(name, { version: versions.get(name), value }, fromMs)
    }
  }

  async #versions(some: readonly string[], maxAgeMs: number): Promise<Map<string, string | undefined>> {
    const looks = some.map((key) => ({ item: { key } }))
    const versions = await this.#scene.bench.open().versions?.(looks, { ...reading(), maxAgeMs })
    return new Map(some.map((it, index) => [it, versions?.[index]]))
  }

  async #read(some: readonly string[]): Promise<Map<string, string | undefined>> {
    const { bench } = this.#scene
    const fresh = this.#dice.next() < 0.1
    const outcomes = await bench.open().read(
      some.map((key) => ({ key, fresh })),
      reading(),
    )
    const shown = bench.shown(outcomes)
    return new Map(some.map((it, index) => [it, shown[index]]))
  }

  /** Throws when that is not what the item was since then, or was before what was seen of it before. */
  #keep(name: string, seen: Omit<Kept, 'place'>, fromMs: number): void {
    const { history, diary, areListsRefused } = this.#scene
    // Where no list is to be had, what was proven to be missing is believed for a while.
    if (areListsRefused && seen.value === 'NotFound') return
    const before = this.#kept.get(name)
    const places = history.places(name, seen.value, fromMs, performance.now())
    // That an item was missing a moment ago may be heard late by whoever asks for no more than that moment.
    const least = seen.value === 'NotFound' ? 0 : (before?.place ?? 0)
    const place = places.find((it) => it >= least)
    if (place === undefined) {
      const what = places.length > 0 ? 'was before what was seen before' : 'was not so any more'
      const told = `${name}: ${JSON.stringify(seen)} since ${fromMs.toFixed(1)}, after ${JSON.stringify(before)}`
      throw new Error(`What a reader saw ${what}: ${told}\n${diary.latest}`)
    }
    this.#kept.set(name, { ...seen, place: Math.max(place, before?.place ?? 0) })
  }
}

async function changeAll(akeyless: AkeylessStandIn, history: History, dice: Dice): Promise<void> {
  for (let n = 0; n < changes; n++) {
    if (dice.next() < 0.6) history.change(dice.of('/shop/a', ...names))
    for (const path of commands)
      if (dice.next() < 0.3) akeyless.state.fault({ kind: 'latency', ms: dice.next() * 120, path, times: 1 })
    await sleep(dice.next() * 30)
  }
}

async function lookUntil(over: AbortSignal, scene: Scene, dice: Dice): Promise<void> {
  const reader = new Reader(scene, dice)
  while (!over.aborted) {
    await reader.look()
    await sleep(dice.next() * 60)
  }
}

/** What the dice make of the Gateway, and all that look at it. */
function sceneOf(akeyless: AkeylessStandIn, dice: Dice, diary: Diary): Scene {
  const { state } = akeyless
  state.accessKey({ accessId, accessKey, admin: true })
  state.pageSize = dice.of(2, 3, 1000)
  state.cache.mode = dice.of('off', 'staleFirstRead', 'staleUntilFlush')
  state.cache.pods = dice.of(1, 2)
  const areListsRefused = dice.next() < 0.25
  if (areListsRefused) state.fault({ kind: 'status', status: 403, path: '/list-items' })
  const onCall = ({ call, code, tookMs }: { call: string; code: string; tookMs: number }) =>
    diary.note(`${call} answered ${code} after ${tookMs.toFixed(1)}`)
  const bench = createBench({ url: akeyless.url, clock, observer: { onCall } })
  return { bench, history: new History(akeyless, dice, diary), diary, areListsRefused }
}

// No timing makes them fail: what they hold is so whoever comes first. The seed only says what is tried; with most of
// these, code that believes late answers is caught nearly always.
test.concurrent.each([1, 4, 7, 8, 9, 11, 12, 14, 15, 26])(
  'many who look and read at once, with late answers, each see what was true meanwhile, and never go back: %d',
  async (seed) => {
    const dice = new Dice(`${seed}`)
    const diary = new Diary()
    await using akeyless = await startAkeyless({
      seed,
      onCall: (it) => diary.note(`${it.path} ${it.names.join(' ')} runs: ${it.status} ${it.fault ?? ''}`),
    })
    const scene = sceneOf(akeyless, dice, diary)
    const over = new AbortController()
    const people = changeAll(akeyless, scene.history, dice).finally(() => over.abort())
    const looks = Array.from({ length: readers }, (_, n) =>
      lookUntil(over.signal, scene, new Dice(`${seed} ${n}`)),
    )
    const ends = await Promise.allSettled([people, ...looks])
    await scene.bench.close()

    expect(ends.filter((it) => it.status === 'rejected').map((it) => it.reason)).toEqual([])
    scene.bench.refuseLeaks()
  },
)
