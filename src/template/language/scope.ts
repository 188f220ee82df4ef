import type { GoString } from '../value/value.ts'

/** The variables that are declared at a place of one template, and how many `range` it stands in. */
export class Scope {
  ranges = 0
  readonly #names: GoString[] = []
  readonly #counts = new Map<GoString, number>([['$', 1]])

  declare(name: GoString): void {
    this.#names.push(name)
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  has(name: GoString): boolean {
    return (this.#counts.get(name) ?? 0) > 0
  }

  get mark(): number {
    return this.#names.length
  }

  /** Forgets what was declared since a mark was taken. */
  popTo(mark: number): void {
    for (const name of this.#names.splice(mark)) this.#counts.set(name, (this.#counts.get(name) ?? 0) - 1)
  }
}
