import { FunctionError } from '../error.ts'

/**
 * The values of Go's text/template, and what JavaScript keeps them in.
 *
 * | Go | here |
 * |---|---|
 * | nil interface | null |
 * | bool, string, float64 | boolean, GoString, number |
 * | every integer kind | Int |
 * | []T, map[string]T | Slice, GoMap |
 * | time.Time, structs, errors | Opaque |
 *
 * No plain object is a value, so a template reaches no prototype.
 */
export type Value = null | boolean | GoString | number | Int | Slice | GoMap | Opaque

/**
 * A Go string: bytes, one in each code unit (0 to 255). So `length`, `slice`, `<` and `===` count and compare bytes, as
 * Go's do. Whatever looks at characters decodes first (`textOf`, `runesOf`) and encodes its result (`goString`).
 */
export type GoString = string

/** A type in Go's spelling, as `%T` prints it: `string`, `int64`, `[]interface {}`, `map[string]string`, `time.Time`. */
export type GoType = string

/** Any type, Go's empty interface. */
export const any: GoType = 'interface {}'

export type IntType =
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'uintptr'

/** An integer of one of Go's kinds; always within its range. */
export class Int {
  readonly type: IntType
  readonly value: bigint

  constructor(type: IntType, value: bigint) {
    this.type = type
    this.value = value
  }
}

/** A slice; never altered once made, as no template function alters one. */
export class Slice {
  readonly type: GoType
  readonly items: readonly Value[]
  /** Go tells a slice that is nil from one that is empty: in JSON it is null. */
  readonly isNil: boolean

  constructor(type: GoType, items: readonly Value[], isNil = false) {
    this.type = type
    this.items = items
    this.isNil = isNil
  }
}

/** The entries of a nil map: there are none, and none can be added. */
class NoEntries extends Map<GoString, Value> {
  override set(): never {
    throw new FunctionError('cannot set a key of nil')
  }
}

/** A map with string keys; a reference, which `set` and `unset` alter. */
export class GoMap {
  readonly type: GoType
  readonly entries: Map<GoString, Value>

  constructor(type: GoType, entries: Map<GoString, Value>) {
    this.type = type
    this.entries = entries
  }

  /** The map that Go has where nothing was made. */
  static nil(type: GoType): GoMap {
    return new GoMap(type, new NoEntries())
  }

  get isNil(): boolean {
    return this.entries instanceof NoEntries
  }
}

/** A Go value with named fields or methods: a time, a version, a certificate. */
export abstract class Opaque {
  abstract readonly type: GoType
  abstract readonly kind: 'struct' | 'ptr' | 'int' | 'int64'

  /** The number that a value of kind int or int64 is. */
  readonly integer: Int | undefined = undefined

  /** What Go's String method gives; undefined where the type has none, and its fields are shown. */
  text(): GoString | undefined {
    return undefined
  }

  /** The fields in Go's order; undefined for what has none, or none that can be shown. */
  fields(): ReadonlyMap<GoString, Value> | undefined {
    return undefined
  }

  /** A method by its exported name, bound to this value; undefined when there is none. */
  method(_name: GoString): Method | undefined {
    return undefined
  }

  /** A field by its exported name; undefined when there is none. */
  field(name: GoString): Value | undefined {
    return /^[A-Z]/.test(name) ? this.fields()?.get(name) : undefined
  }
}

/** A method that a template may call. */
export interface Method {
  readonly params: readonly GoType[]
  call(args: readonly Value[]): Value
}

/** A Go int; the caller knows that it fits. */
export const int = (value: bigint | number): Int => new Int('int', BigInt(value))
/** A Go int64; a number beyond its range wraps round. */
export const int64 = (value: bigint | number): Int => new Int('int64', BigInt.asIntN(64, BigInt(value)))

/** A `[]any`. */
export const list = (items: readonly Value[]): Slice => new Slice('[]interface {}', items)
/** A `[]string`. */
export const strings = (items: readonly GoString[]): Slice => new Slice('[]string', items)

/** The same slice, or nil where it is empty: what Go has that appends to nil. */
export const nilIfEmpty = (slice: Slice): Slice =>
  slice.items.length === 0 ? new Slice(slice.type, [], true) : slice

/** A `map[string]any`; empty, not nil, unless entries are given. */
export const dict = (entries: Map<GoString, Value> = new Map()): GoMap =>
  new GoMap('map[string]interface {}', entries)

/** True for nil, and for a nil slice or map. */
export function isNil(value: Value): boolean {
  return value === null || ((value instanceof Slice || value instanceof GoMap) && value.isNil)
}

/** The number of every value of an integer kind, also of one with methods, such as a time.Month. */
export function integerOf(value: Value | undefined): Int | undefined {
  if (value instanceof Int) return value
  return value instanceof Opaque ? value.integer : undefined
}

/** The type of a value; that of nil is `<nil>`, as `%T` prints it. */
export function typeOf(value: Value): GoType {
  if (value === null) return '<nil>'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return 'float64'
  return value.type
}

/** The kind of a value in the words of Go's reflect: `slice`, `map`, `int`...; that of nil is `invalid`. */
export function kindOf(value: Value): string {
  if (value === null) return 'invalid'
  if (value instanceof Slice) return 'slice'
  if (value instanceof GoMap) return 'map'
  if (value instanceof Opaque) return value.kind
  return typeOf(value)
}
