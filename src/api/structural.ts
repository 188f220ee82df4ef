import * as z from 'zod'

/** A structural schema as a CRD holds it (apiextensions.k8s.io/v1 JSONSchemaProps, the part that we use). */
export interface StructuralSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly description?: string
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly required?: readonly string[]
  readonly items?: StructuralSchema
  readonly additionalProperties?: StructuralSchema | boolean
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly maxItems?: number
  readonly maxLength?: number
  readonly maxProperties?: number
  readonly format?: string
  readonly nullable?: boolean
  readonly default?: unknown
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
}

/**
 * The structural schema of a zod schema. Throws TypeError, with the path, for everything that the API server would
 * refuse or that would work other than zod does: what cannot be said in a CRD is found here and not in a cluster.
 */
export function structuralSchema(schema: z.ZodType, path: string): StructuralSchema {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: (context) => adapt(context.jsonSchema as Json),
  })
  check(json, path)
  return json as StructuralSchema
}

type Json = Record<string, unknown>

/** Puts right what zod says in words that the API server does not take. */
function adapt(json: Json): void {
  if (json['x-kubernetes-int-or-string'] === true) json['anyOf'] = [{ type: 'integer' }, { type: 'string' }]
  if (json['x-kubernetes-preserve-unknown-fields'] === true) delete json['additionalProperties']
  if (json['minimum'] === Number.MIN_SAFE_INTEGER) delete json['minimum']
  if (json['maximum'] === Number.MAX_SAFE_INTEGER) delete json['maximum']
}

function check(json: Json, path: string): void {
  const schema = json as StructuralSchema
  for (const [isWrong, why] of mistakes(json, schema)) {
    if (isWrong) throw new TypeError(`Cannot put "${path}" into a CRD: ${why}`)
  }
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkProperty(property, `${path}.${name}`)
  if (schema.items !== undefined) check(schema.items as Json, `${path}[]`)
  if (typeof schema.additionalProperties === 'object') check(schema.additionalProperties as Json, `${path}{}`)
}

function checkProperty(property: StructuralSchema, path: string): void {
  if (property.description === undefined)
    throw new TypeError(`Cannot put "${path}" into a CRD: it has no description`)
  check(property as Json, path)
}

function mistakes(json: Json, schema: StructuralSchema): [boolean, string][] {
  return [
    ['$ref' in json || '$defs' in json || 'definitions' in json, 'it has an id, which makes it a $ref'],
    [isUnion(json), 'it is a union or a tuple; write optional members and a CEL rule'],
    [
      schema.type === undefined && !isOpen(schema),
      'it has no type; unknown values need x-kubernetes-preserve-unknown-fields',
    ],
    [
      schema.properties !== undefined && 'additionalProperties' in json,
      'it is a strict or loose object; write z.object',
    ],
    ['default' in json, 'it has a default; defaults live in code'],
    [hasLookaround(schema.pattern), 'its pattern has a lookaround, which RE2 does not know'],
    [schema.type === 'array' && schema.maxItems === undefined, 'the list has no maxItems'],
    [isMap(schema) && schema.maxProperties === undefined, 'the map has no maxProperties'],
    [isFreeText(schema) && schema.maxLength === undefined, 'the text has no maxLength'],
    [optionalListKeys(schema).length > 0, 'a key of its list map is optional'],
  ]
}

function isUnion(json: Json): boolean {
  if (json['x-kubernetes-int-or-string'] === true) return false
  return (
    ['anyOf', 'oneOf', 'allOf', 'not', 'prefixItems'].some((it) => it in json) || Array.isArray(json['items'])
  )
}

/** Text whose length CEL would have to guess. */
function isFreeText(schema: StructuralSchema): boolean {
  return schema.type === 'string' && schema.enum === undefined && schema.format !== 'date-time'
}

function isMap(schema: StructuralSchema): boolean {
  return typeof schema.additionalProperties === 'object'
}

function isOpen(schema: StructuralSchema): boolean {
  return (
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-int-or-string'] === true
  )
}

function hasLookaround(pattern: string | undefined): boolean {
  return pattern !== undefined && /\(\?<?[=!]/.test(pattern)
}

function optionalListKeys(schema: StructuralSchema): readonly string[] {
  const required = schema.items?.required ?? []
  return (schema['x-kubernetes-list-map-keys'] ?? []).filter((it) => !required.includes(it))
}
