import type { Clock } from '../std/clock.ts'
import type { Attempt, Verdict } from './watch-failure.ts'

/** What a reflector knows of its connections to the API server, from one to the next. */
export class Course {
  readonly #clock: Clock
  #attempt: Attempt = { listing: 'paged', serverErrors: 0 }
  #servesWatchList = true
  #positionIsInDoubt = false
  #heardAtMs: number
  #liveAtMs = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
    this.#heardAtMs = clock.monotonic()
  }

  /** What the present connection is doing. */
  get attempt(): Attempt {
    return this.#attempt
  }

  get servesWatchList(): boolean {
    return this.#servesWatchList
  }

  /** A failure came before, and nothing since showed that the server knows the present position. */
  get positionIsInDoubt(): boolean {
    return this.#positionIsInDoubt
  }

  /** Since when the present connection has a watch that the server answered; infinite while it has none. */
  get liveAtMs(): number {
    return this.#liveAtMs
  }

  /** Milliseconds since anything last came. */
  ageMs(): number {
    return this.#clock.monotonic() - this.#heardAtMs
  }

  /** A new connection is made. */
  connects(): void {
    this.#liveAtMs = Number.POSITIVE_INFINITY
  }

  /** The whole state is asked for in this way, or has come. */
  lists(listing: Attempt['listing']): void {
    this.#attempt = { ...this.#attempt, listing }
  }

  /** A page of a list has come. */
  tookPage(): void {
    this.#heardAtMs = this.#clock.monotonic()
  }

  /** An event has come: the server is well, and knows the position. */
  tookEvent(): void {
    this.#heardAtMs = this.#clock.monotonic()
    if (this.#attempt.serverErrors > 0) this.#attempt = { ...this.#attempt, serverErrors: 0 }
    this.positionIsProven()
  }

  positionIsProven(): void {
    this.#positionIsInDoubt = false
  }

  goesLive(): void {
    this.#liveAtMs = this.#clock.monotonic()
  }

  fails({ page, serverErrors }: Verdict): void {
    this.#attempt = { ...this.#attempt, serverErrors }
    this.#positionIsInDoubt = true
    if (page) this.#servesWatchList = false
  }
}
