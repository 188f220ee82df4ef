import type { ObjectKey } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'

interface Run {
  readonly group: string
  readonly sinceMs: number
}

/** A run that lasts longer waits for somebody else, and does not work. */
const slowMs = 500
/** With slow runs there may be so many times as many in all. */
const most = 4
/** Of the places beyond the usual ones a group may have as many as make up this part of the usual ones. */
const part = 4

/**
 * Who is worked on. There are `count` places. A run that is slow gives its place to others, though not to its own
 * group: so a server that does not answer holds up nobody but those who ask it, and one group alone never has more
 * than `count`.
 */
export class Places {
  readonly #clock: Clock
  readonly #count: number
  readonly #runs = new Map<ObjectKey, Run>()
  /** Those that are not slow yet, in the order they began. */
  readonly #quick = new Map<ObjectKey, Run>()
  readonly #heldBy = new Map<string, number>()

  constructor(clock: Clock, count: number) {
    this.#clock = clock
    this.#count = count
  }

  /** The most that are ever worked on at a time when there are several groups. */
  static mostOf(count: number): number {
    return most * count
  }

  has(key: ObjectKey): boolean {
    return this.#runs.has(key)
  }

  /** Whether nobody may begin now, whatever his group. */
  get isFull(): boolean {
    const total = this.#runs.size
    if (total < this.#count) return false
    this.#age()
    return this.#quick.size >= this.#count || total >= most * this.#count
  }

  /** Whether a group may have one more place, unless all are full. */
  mayHave(group: string): boolean {
    return this.#runs.size < this.#count || (this.#heldBy.get(group) ?? 0) < Math.ceil(this.#count / part)
  }

  /** When a place will be given away by a run that has become slow; undefined when only an end gives one. */
  nextFreeMs(): number | undefined {
    if (this.#quick.size < this.#count || this.#runs.size >= most * this.#count) return undefined
    for (const { sinceMs } of this.#quick.values()) return sinceMs + slowMs
    return undefined
  }

  take(key: ObjectKey, group: string): void {
    const run = { group, sinceMs: this.#clock.monotonic() }
    this.#runs.set(key, run)
    this.#quick.set(key, run)
    this.#heldBy.set(group, (this.#heldBy.get(group) ?? 0) + 1)
  }

  /** Ends a run and tells how long it was; undefined when there is none. */
  free(key: ObjectKey): number | undefined {
    const run = this.#runs.get(key)
    if (run === undefined) return undefined
    this.#runs.delete(key)
    this.#quick.delete(key)
    const held = (this.#heldBy.get(run.group) ?? 1) - 1
    if (held === 0) this.#heldBy.delete(run.group)
    else this.#heldBy.set(run.group, held)
    return this.#clock.monotonic() - run.sinceMs
  }

  runningMs(): readonly number[] {
    const nowMs = this.#clock.monotonic()
    return [...this.#runs.values()].map(({ sinceMs }) => nowMs - sinceMs)
  }

  #age(): void {
    const slowSinceMs = this.#clock.monotonic() - slowMs
    for (const [key, { sinceMs }] of this.#quick) {
      if (sinceMs > slowSinceMs) return
      this.#quick.delete(key)
    }
  }
}
