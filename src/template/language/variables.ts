import type { Budget } from '../budget.ts'
import type { GoString } from '../value/value.ts'
import type { Result } from './result.ts'

/** The variables of a running template: a stack, in which the last of a name is the one that counts. */
export class Variables {
  readonly #names: GoString[] = []
  readonly #values: Result[] = []
  readonly #budget: Budget
  /** Where those of the template that is running begin: it sees none of its caller's. */
  #base = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** How many there are; what is declared later is forgotten by going back to it. */
  get mark(): number {
    return this.#names.length
  }

  popTo(mark: number): void {
    this.#names.length = mark
    this.#values.length = mark
  }

  declare(name: GoString, value: Result): void {
    this.#names.push(name)
    this.#values.push(value)
  }

  /** Begins a template, which has its dot as `$` and nothing else. Gives what `leave` needs. */
  enter(dot: Result): number {
    const base = this.#base
    this.#base = this.mark
    this.declare('$', dot)
    return base
  }

  leave(base: number): void {
    this.popTo(this.#base)
    this.#base = base
  }

  /** Whether a variable is there; one whose declaration was not evaluated is not. */
  has(name: GoString): boolean {
    return this.#find(name) >= this.#base
  }

  get(name: GoString): Result {
    return this.#values[this.#find(name)]
  }

  set(name: GoString, value: Result): void {
    this.#values[this.#find(name)] = value
  }

  /** Sets the last variable, or the one before it, which a range has declared. */
  setFromTop(distance: number, value: Result): void {
    this.#values[this.mark - distance] = value
  }

  #find(name: GoString): number {
    const last = this.mark - 1
    let at = last
    while (at >= this.#base && this.#names[at] !== name) at--
    if (last - at > 16) this.#budget.step((last - at) >> 4)
    return at
  }
}
