import type { Token } from './yaml-token.ts'

/** Tokens that were made and not yet taken. Each has a number: how many stand before it in the text. */
export class TokenQueue {
  readonly #tokens: Token[] = []
  #taken = 0

  get first(): Token | undefined {
    return this.#tokens[0]
  }

  get firstNumber(): number {
    return this.#taken
  }

  /** The number of the token that is pushed next. */
  get nextNumber(): number {
    return this.#taken + this.#tokens.length
  }

  push(it: Token): void {
    this.#tokens.push(it)
  }

  /** Puts a token before the one of that number, which moves up with all behind it. */
  insert(number: number, it: Token): void {
    this.#tokens.splice(number - this.#taken, 0, it)
  }

  /** The first token is past. */
  shift(): void {
    this.#tokens.shift()
    this.#taken++
  }
}
