import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { structuralSchema } from './structural.ts'

const field = <T extends z.ZodType>(schema: T) => z.object({ field: schema })
const refusal = (schema: z.ZodType) => () =>
  structuralSchema(field(schema.meta({ description: 'A field.' })), 'spec')

describe('structuralSchema() refuses with the path what the API server refuses', () => {
  test('a value of any type', () => {
    expect(refusal(z.unknown())).toThrow('Cannot put "spec.field" into a CRD: it has no type')
  })

  test('a map to values of any type', () => {
    const map = z.record(z.string(), z.unknown()).meta({ maxProperties: 4 })

    expect(refusal(map)).toThrow('Cannot put "spec.field{}" into a CRD: it has no type')
  })

  test('a loose object', () => {
    expect(refusal(z.looseObject({}))).toThrow('it is a strict or loose object; write z.object')
  })

  test('a strict object', () => {
    expect(refusal(z.strictObject({}))).toThrow('it is a strict or loose object; write z.object')
  })

  test('a union of objects', () => {
    expect(refusal(z.union([z.object({}), z.object({})]))).toThrow('it is a union or a tuple')
  })

  test('a discriminated union', () => {
    const union = z.discriminatedUnion('a', [
      z.object({ a: z.literal('x') }),
      z.object({ a: z.literal('y') }),
    ])

    expect(refusal(union)).toThrow('it is a union or a tuple')
  })

  test('a tuple', () => {
    expect(refusal(z.tuple([z.boolean()]))).toThrow('it is a union or a tuple')
  })

  test('a schema with an id', () => {
    const schema = z.object({ field: z.boolean().meta({ id: 'structural-test', description: 'A field.' }) })

    expect(() => structuralSchema(schema, 'spec')).toThrow('it has an id, which makes it a $ref')
  })

  test('a pattern with a lookaround', () => {
    expect(refusal(z.iso.duration())).toThrow('its pattern has a lookaround, which RE2 does not know')
    expect(refusal(z.string().regex(/(?<!a)b/))).toThrow('its pattern has a lookaround')
  })

  test('a list map whose key is optional', () => {
    const item = z.object({ type: z.exactOptional(z.enum(['a']).describe('Type.')) })
    const list = z
      .array(item)
      .meta({ maxItems: 1, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })

    expect(refusal(list)).toThrow('a key of its list map is optional')
  })

  test('lists, maps and text without a bound: CEL would cost too much over them', () => {
    expect(refusal(z.array(z.boolean()))).toThrow('the list has no maxItems')
    expect(refusal(z.record(z.string(), z.boolean()))).toThrow('the map has no maxProperties')
    expect(refusal(z.string())).toThrow('the text has no maxLength')
    expect(refusal(z.array(z.string()).max(1))).toThrow(
      'Cannot put "spec.field[]" into a CRD: the text has no maxLength',
    )
  })

  test('a default: it would show as drift in GitOps', () => {
    expect(refusal(z.boolean().default(false))).toThrow('it has a default; defaults live in code')
    expect(refusal(z.object({}).prefault({}))).toThrow('it has a default; defaults live in code')
  })

  test('dates and transforms, which have no JSON form', () => {
    expect(refusal(z.date())).toThrow('Date cannot be represented')
    expect(refusal(z.transform((it) => it))).toThrow('Transforms cannot be represented')
  })

  test('a field that kubectl explain could say nothing of', () => {
    expect(() => structuralSchema(field(z.boolean()), 'spec')).toThrow(
      'Cannot put "spec.field" into a CRD: it has no description',
    )
  })
})

describe('structuralSchema() puts right what zod says in other words', () => {
  const of = (schema: z.ZodType) =>
    structuralSchema(field(schema.meta({ description: 'A field.' })), 'spec').properties?.['field']

  test('an integer has no bounds of JavaScript', () => {
    expect(of(z.int())).toEqual({ type: 'integer', description: 'A field.' })
    expect(of(z.int().min(0))).toEqual({ type: 'integer', minimum: 0, description: 'A field.' })
  })

  test('int-or-string is a union of the two bare types', () => {
    const schema = z.union([z.int(), z.string()]).meta({ 'x-kubernetes-int-or-string': true })

    expect(of(schema)).toEqual({
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      'x-kubernetes-int-or-string': true,
      description: 'A field.',
    })
  })

  test('an open object keeps its unknown fields', () => {
    const schema = z
      .looseObject({ known: z.exactOptional(z.boolean().describe('Known.')) })
      .meta({ 'x-kubernetes-preserve-unknown-fields': true })

    expect(of(schema)).toEqual({
      type: 'object',
      properties: { known: { type: 'boolean', description: 'Known.' } },
      'x-kubernetes-preserve-unknown-fields': true,
      description: 'A field.',
    })
  })

  test('nullable and literal have their OpenAPI words', () => {
    expect(of(z.string().max(3).nullable())).toMatchObject({ type: 'string', nullable: true })
    expect(of(z.literal('a'))).toMatchObject({ type: 'string', enum: ['a'] })
  })

  test('what is optional is not required, and rules and bounds in the metadata pass through', () => {
    const rule = { rule: 'self.a', message: 'needs a' }
    const schema = z.object({
      a: z.boolean().describe('A.'),
      b: z.exactOptional(z.string().meta({ description: 'B.', maxLength: 4 })),
    })

    const json = structuralSchema(schema.meta({ 'x-kubernetes-validations': [rule] }), 'spec')

    expect(json).toEqual({
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: 'boolean', description: 'A.' },
        b: { type: 'string', description: 'B.', maxLength: 4 },
      },
      'x-kubernetes-validations': [rule],
    })
  })
})
