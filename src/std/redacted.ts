import { inspect } from 'node:util'

/**
 * A value that must never be printed: secret values, tokens, JWTs, access keys.
 * Logging, JSON, string templates and `util.inspect` all show `[redacted]`; only `reveal()` gives it away.
 */
export class Redacted<Value = string> {
  readonly #value: Value

  constructor(value: Value) {
    this.#value = value
  }

  /** The value itself; call this only where it is sent or written, never to build a message. */
  reveal(): Value {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return '[redacted]'
  }
}
