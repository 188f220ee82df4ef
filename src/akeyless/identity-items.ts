import type { Clock } from '../std/clock.ts'
import { Recent } from '../std/recent.ts'
import { FoundNames } from './found-names.ts'
import type { Answer } from './http.ts'
import { ItemBook } from './item-book.ts'
import { JointWorks } from './joint-work.ts'
import { Scout } from './scout.ts'
import type { Session } from './session.ts'
import { StaticValues } from './static-values.ts'

/** What those who hold the same credential for the same Gateway share: what is known of items, and calls under way. */
export interface IdentityItems {
  readonly scout: Scout
  readonly statics: StaticValues
  /** Reads that go out by themselves. */
  readonly singles: JointWorks<Answer>
  readonly found: FoundNames
}

/** What is shared by identity; for the whole process. */
export class ItemsByIdentity {
  readonly #clock: Clock
  readonly #book = new ItemBook()
  readonly #identities = new Recent<string, IdentityItems>(10_000)
  #owners = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  of({ key }: Session): IdentityItems {
    const known = this.#identities.get(key)
    if (known !== undefined) return known
    const clock = this.#clock
    this.#owners += 1
    const scout = new Scout({ clock, book: this.#book, owner: this.#owners })
    const statics = new StaticValues(clock)
    const items = { scout, statics, singles: new JointWorks<Answer>(), found: new FoundNames(clock, scout) }
    this.#identities.set(key, items)
    return items
  }
}
