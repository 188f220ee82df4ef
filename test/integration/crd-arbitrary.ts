import fc from 'fast-check'
import type { StructuralSchema } from '../../src/api/structural.ts'

/** Values after a schema: mostly as it asks, now and then odd ones, unknown fields or missing ones. */
export function arbitraryOf(schema: StructuralSchema): fc.Arbitrary<unknown> {
  return oftenElse(97, wellFormed(schema), oddValue)
}

/** JSON of no particular shape. Without null: the API server drops that where a field has a type. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(0, -1, 1.5, true, '', 'odd', '1', [], {}, [{}], ['a']),
  fc.dictionary(
    fc.constantFrom('name', 'key', 'other'),
    fc.constantFrom<unknown>('a', 1, { deep: [1, 'x'] }),
    { maxKeys: 2, noNullPrototype: true },
  ),
)

function wellFormed(schema: StructuralSchema): fc.Arbitrary<unknown> {
  if (schema['x-kubernetes-int-or-string'] === true) return fc.constantFrom(0, 60, '5m', '', -1, 'x')
  if (schema.enum !== undefined) return oftenElse(95, fc.constantFrom(...schema.enum), fc.constant('Unheard'))
  if (schema.type === 'object') return objectOf(schema)
  if (schema.type === 'array') return listOf(schema)
  if (schema.type === 'integer') return fc.integer({ min: -2, max: 3 })
  return schema.type === 'string' ? textOf(schema) : fc.boolean()
}

function textOf(schema: StructuralSchema): fc.Arbitrary<string> {
  const usual = schema.format === 'byte' ? ['YQ=='] : ['a', 'b-c', '0', '1h', 'x.y']
  return oftenElse(95, fc.constantFrom(...usual), fc.constantFrom('', 'Ünïcode /?', '-'))
}

function objectOf(schema: StructuralSchema): fc.Arbitrary<unknown> {
  if (typeof schema.additionalProperties === 'object') {
    return fc.dictionary(fc.constantFrom('a', 'b.c/d', 'E'), arbitraryOf(schema.additionalProperties), {
      maxKeys: 2,
      noNullPrototype: true,
    })
  }
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    fieldOf(schema, name, property),
  )
  const unknown = oftenElse(
    92,
    fc.constant({}),
    oddValue.map((it) => ({ unheardOf: it })),
  )
  return fc.tuple(...fields, unknown).map((it) => Object.assign({}, ...it) as object)
}

function fieldOf(schema: StructuralSchema, name: string, property: StructuralSchema): fc.Arbitrary<object> {
  const isRequired = schema.required?.includes(name) === true
  const given = arbitraryOf(property).map((value) => ({ [name]: value }))
  return oftenElse(isRequired ? 98 : 25, given, fc.constant({}))
}

/** Entries of a list map have keys of their own, so that the list is not refused each time. */
function listOf(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const item = arbitraryOf(schema.items ?? {})
  if (keys.length === 0) return fc.array(item, { maxLength: 2 })
  return fc.uniqueArray(item, {
    minLength: 1,
    maxLength: 3,
    selector: (it) => JSON.stringify(keys.map((key) => Object(it)[key])),
  })
}

function oftenElse<T>(percent: number, often: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: percent, arbitrary: often }, { weight: 100 - percent, arbitrary: seldom })
}
