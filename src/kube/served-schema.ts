import { apiErrorOf, parseJson, property } from './api-status.ts'
import type { Client } from './client.ts'
import { apiVersionOf, type Kind } from './kind.ts'

const timeoutMs = 30_000

/** What the API server's served schema of a kind says of it. */
export interface ServedSchema {
  /** Undefined when a status may hold anything. */
  readonly status: DeclaredStatus | undefined
  /** Those of the asked paths that it does not declare: the API server drops them from what is sent. */
  readonly missing: readonly string[]
}

/** What a status may hold; an apply with anything else is refused whole. */
export interface DeclaredStatus {
  /** The fields directly under `status`. */
  readonly fields: ReadonlySet<string>
  /** The fields of an entry of `status.conditions`; undefined is any. */
  readonly conditionFields: ReadonlySet<string> | undefined
  /** The types that a condition may have (ESO's ExternalSecret knows two); undefined is any. */
  readonly conditionTypes: ReadonlySet<string> | undefined
}

/**
 * Reads the served schema of a kind, and which of `paths` it lacks: `spec.data.remoteRef.version`, with no sign for
 * lists. Undefined when the kind is not served. It is read from `/openapi/v3`, which every authenticated identity may
 * read (ClusterRole system:discovery) and which holds the one served version; the CRD object would need a right of its
 * own and holds all versions. The API server publishes a changed CRD there about a second later. Throws ApiError and
 * TransportError.
 */
export async function readServedSchema(
  client: Client,
  kind: Kind,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ServedSchema | undefined> {
  const path =
    kind.group === '' ? `/openapi/v3/api/${kind.version}` : `/openapi/v3/apis/${apiVersionOf(kind)}`
  const answer = await client.getPath(path, { signal, timeoutMs })
  if (answer.status === 404) return undefined
  if (answer.status !== 200) throw apiErrorOf(`read the schema of ${kind.kind}`, { ...answer, headers: {} })
  const schema = schemaOf(parseJson(answer.body), kind)
  if (schema === undefined) return undefined
  return { status: statusOf(schema), missing: paths.filter((it) => !declares(schema, it.split('.'))) }
}

function schemaOf(document: unknown, kind: Kind): unknown {
  const schemas = property(property(document, 'components'), 'schemas')
  return Object.values(schemas ?? {}).find((it) => isOfKind(it, kind))
}

function statusOf(schema: unknown): DeclaredStatus | undefined {
  if (preservesUnknown(schema)) return undefined
  const status = child(schema, 'status')
  const fields = fieldsOf(status ?? {})
  if (fields === undefined) return undefined
  const condition = child(status, 'conditions')
  const types = property(child(condition, 'type'), 'enum')
  return {
    fields,
    conditionFields: fieldsOf(condition),
    conditionTypes: Array.isArray(types) ? new Set(types.map(String)) : undefined,
  }
}

/** Undefined when it may have any. */
function fieldsOf(schema: unknown): ReadonlySet<string> | undefined {
  if (schema === undefined || preservesUnknown(schema)) return undefined
  return new Set(Object.keys(property(schema, 'properties') ?? {}))
}

function declares(schema: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined || preservesUnknown(schema)) return true
  const found = child(schema, name)
  return found !== undefined && declares(found, rest)
}

/** The schema of a field; of a list of objects, that of its entries. */
function child(schema: unknown, name: string): unknown {
  const found = property(property(schema, 'properties'), name)
  return property(found, 'items') ?? found
}

function preservesUnknown(schema: unknown): boolean {
  return property(schema, 'x-kubernetes-preserve-unknown-fields') === true
}

/** Lists and DeleteOptions carry the group too, so that all three must fit. */
function isOfKind(schema: unknown, { group, version, kind }: Kind): boolean {
  const named = property(schema, 'x-kubernetes-group-version-kind')
  const list: readonly unknown[] = Array.isArray(named) ? named : []
  return list.some(
    (it) =>
      property(it, 'group') === group && property(it, 'version') === version && property(it, 'kind') === kind,
  )
}
