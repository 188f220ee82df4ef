import { TemplateError } from './error.ts'

/** What one render may cost at most. */
export interface Limits {
  /** Bytes of one result. */
  readonly outputBytes: number
  /** Steps of the interpreter and of functions, over all templates of one render. */
  readonly steps: number
  /** Bytes of all values made on the way, over all templates of one render. */
  readonly allocatedBytes: number
}

/** A Secret holds 1 MiB (core/v1 MaxSecretSize); the rest is ample for templates that people write. */
export const defaultLimits: Limits = {
  outputBytes: 1024 * 1024,
  steps: 2_000_000,
  allocatedBytes: 64 * 1024 * 1024,
}

/** What is left to one render. Counts only go down, so that no loop is free. */
export class Budget {
  readonly limits: Limits
  #steps: number
  #bytes: number

  constructor(limits: Limits = defaultLimits) {
    this.limits = limits
    this.#steps = limits.steps
    this.#bytes = limits.allocatedBytes
  }

  /** To be called before work is done: a node of the template, an element of a list, 64 bytes of text searched. */
  step(count = 1): void {
    this.#steps -= count
    if (!(this.#steps >= 0))
      throw new TemplateError(`the template takes more than ${this.limits.steps} steps`)
  }

  /** To be called before a value of that many bytes is made. */
  allocate(bytes: number): void {
    this.#bytes -= bytes
    if (!(this.#bytes >= 0))
      throw new TemplateError(`the template makes more than ${this.limits.allocatedBytes} bytes of values`)
  }
}
