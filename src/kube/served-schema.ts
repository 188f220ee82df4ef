import { apiErrorOf, parseJson, property } from './api-status.ts'
import type { Client } from './client.ts'
import { apiVersionOf, type Kind } from './kind.ts'

const timeoutMs = 30_000

/**
 * The fields directly under `status` that the API server's served schema of a kind declares; undefined when it keeps
 * undeclared ones, or does not serve the kind. Read from `/openapi/v3`, which every authenticated identity may read
 * (ClusterRole system:discovery) and which holds the one served version; the CRD object would need a right of its
 * own and holds all versions. The API server publishes a changed CRD there about a second later. Throws ApiError and
 * TransportError.
 */
export async function declaredStatusFields(
  client: Client,
  kind: Kind,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const path =
    kind.group === '' ? `/openapi/v3/api/${kind.version}` : `/openapi/v3/apis/${apiVersionOf(kind)}`
  const answer = await client.getPath(path, { signal, timeoutMs })
  if (answer.status === 404) return undefined
  if (answer.status !== 200) throw apiErrorOf(`read the schema of ${kind.kind}`, { ...answer, headers: {} })
  return fieldsOf(statusSchema(parseJson(answer.body), kind))
}

function statusSchema(document: unknown, kind: Kind): unknown {
  const schemas = property(property(document, 'components'), 'schemas')
  for (const schema of Object.values(schemas ?? {})) {
    if (isOfKind(schema, kind))
      return preservesUnknown(schema) ? schema : (property(property(schema, 'properties'), 'status') ?? {})
  }
  return undefined
}

function fieldsOf(schema: unknown): ReadonlySet<string> | undefined {
  if (schema === undefined || preservesUnknown(schema)) return undefined
  return new Set(Object.keys(property(schema, 'properties') ?? {}))
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
