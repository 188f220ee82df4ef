import { readFile } from 'node:fs/promises'
import type { ClusterFacts } from '../cluster/cluster.ts'

/** One request as the API server's audit log tells it. */
export interface AuditedRequest {
  readonly verb: string
  readonly atMs: number
  /** HTTP status; 0 for a watch that has no answer yet. */
  readonly status: number
  /** `secrets`, `serviceaccounts/token`; the path where the request is for no resource. */
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
}

interface Line {
  readonly user: { readonly username: string }
  readonly verb: string
  readonly requestURI: string
  readonly requestReceivedTimestamp: string
  readonly responseStatus?: { readonly code?: number }
  readonly objectRef?: {
    readonly resource: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
}

const reads: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

/** The lines of the audit log so far. The API server goes on writing: what has no end yet is none. */
export async function auditLines({ auditLogFile }: ClusterFacts): Promise<readonly string[]> {
  const text = await readFile(auditLogFile, 'utf8')
  return text.split('\n').slice(0, -1)
}

/** All requests that one user made so far, in the order of their ends; `NAMESPACE:NAME` is a ServiceAccount. */
export async function requestsOf(cluster: ClusterFacts, user: string): Promise<readonly AuditedRequest[]> {
  const username = `system:serviceaccount:${user}`
  const lines = await auditLines(cluster)
  return lines
    .filter((it) => it.includes(username))
    .map((it) => JSON.parse(it) as Line)
    .filter((it) => it.user.username === username)
    .map(requestOf)
}

/** Whether a request changes anything. */
export function isWrite({ verb }: AuditedRequest): boolean {
  return !reads.has(verb)
}

function requestOf({ verb, requestURI, requestReceivedTimestamp, responseStatus, objectRef }: Line) {
  const { resource = '', subresource, namespace, name } = objectRef ?? {}
  return {
    verb,
    atMs: Date.parse(requestReceivedTimestamp),
    status: responseStatus?.code ?? 0,
    resource: objectRef === undefined ? requestURI : [resource, subresource].filter(Boolean).join('/'),
    namespace,
    name,
  }
}
