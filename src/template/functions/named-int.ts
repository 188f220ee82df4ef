import type { JsonForm } from '../value/json.ts'
import { type GoString, type GoType, int, type Method, Opaque, type Value } from '../value/value.ts'

/** An int with a name for each value: a time.Month or a time.Weekday. */
export class NamedInt extends Opaque implements JsonForm {
  readonly type: GoType
  readonly kind = 'struct'
  readonly #value: number
  readonly #name: GoString

  constructor(type: GoType, value: number, name: GoString) {
    super()
    this.type = type
    this.#value = value
    this.#name = name
  }

  text(): GoString {
    return this.#name
  }

  jsonForm(): Value {
    return int(this.#value)
  }

  field(): undefined {
    return undefined
  }

  method(name: GoString): Method | undefined {
    return name === 'String' ? { params: [], call: () => this.#name } : undefined
  }
}
