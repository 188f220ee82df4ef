import { GoMap, type GoType, Int, type IntType, Slice, type Value } from '../value/value.ts'

const integers: ReadonlySet<string> = new Set<IntType>([
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'uintptr',
])

/** Whether a type is one of Go's integers. */
export function isIntType(type: GoType): type is IntType {
  return integers.has(type)
}

/** The zero value of a type: of a list or a map it is a nil one. */
export function zeroOf(type: GoType): Value {
  if (isIntType(type)) return new Int(type, 0n)
  if (type === 'string') return ''
  if (type === 'bool') return false
  if (type === 'float64') return 0
  if (type.startsWith('[]')) return new Slice(type, [], true)
  return type.startsWith('map[') ? GoMap.nil(type) : null
}

/** Whether a type can be nil. */
export function canBeNil(type: GoType): boolean {
  return type === 'interface {}' || /^(?:\[\]|map\[|\*|reflect\.Value$|error$)/.test(type)
}
