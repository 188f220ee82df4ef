import { type GoString, type GoType, type Int, int, type Method, Opaque } from '../value/value.ts'

/** An int with a name for each value: a time.Month or a time.Weekday. */
export class NamedInt extends Opaque {
  readonly type: GoType
  readonly kind = 'int'
  override readonly integer: Int
  readonly #name: GoString

  constructor(type: GoType, value: number, name: GoString) {
    super()
    this.type = type
    this.integer = int(value)
    this.#name = name
  }

  override text(): GoString {
    return this.#name
  }

  override method(name: GoString): Method | undefined {
    return name === 'String' ? { params: [], call: () => this.#name } : undefined
  }
}
