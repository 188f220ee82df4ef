import type { Budget } from '../budget.ts'
import type { Env } from '../function.ts'

export interface EnvParts {
  readonly nowMs: number
  readonly compat: 'strict' | 'eso'
  readonly budget: Budget
  readonly random: (bytes: number) => Uint8Array
}

/** What functions are given: one for all calls, told before each whether its arguments are constants. */
export class CallEnv implements Env {
  readonly nowMs: number
  readonly compat: 'strict' | 'eso'
  readonly budget: Budget
  readonly random: (bytes: number) => Uint8Array
  isLiteral = false

  constructor({ nowMs, compat, budget, random }: EnvParts) {
    this.nowMs = nowMs
    this.compat = compat
    this.budget = budget
    this.random = random
  }
}
