import { apiErrorOf, parseJson, property } from '../kube/api-status.ts'
import type { Client } from '../kube/client.ts'
import type { Kind } from '../kube/kind.ts'
import { readServedSchema } from '../kube/served-schema.ts'
import { failed, ok, type Verdict, warned } from './finding.ts'

const install =
  "install Keyferry's CRDs: chart value crds.enabled=true, or kubectl apply --server-side -k config/crd"

/**
 * Whether a kind of ours is served, in which versions, and whether its CRD knows all fields of `newer`. Throws ApiError
 * and TransportError.
 */
export async function definitionVerdict(
  client: Client,
  kind: Kind,
  newer: readonly string[],
  signal: AbortSignal,
): Promise<Verdict> {
  const versions = await servedVersions(client, kind, signal)
  if (versions.length === 0) return failed('the CRD is not installed', install)
  if (!versions.includes(kind.version))
    return failed(`the CRD serves ${versions.join(', ')}, not ${kind.version}`, install)
  const { missing = [] } = (await readServedSchema(client, kind, newer, signal)) ?? {}
  const served = `serves ${versions.join(', ')}`
  if (missing.length === 0) return ok(newer.length === 0 ? served : `${served}; it knows all our fields`)
  return warned(
    `${served}; CRDTooOld: an older CRD, or ESO's own, that drops ${missing.join(', ')}`,
    `${install}; without that, do without these fields`,
  )
}

/** Whether cert-manager's requests are served. Throws ApiError and TransportError. */
export async function certManagerVerdict(client: Client, kind: Kind, signal: AbortSignal): Promise<Verdict> {
  const versions = await servedVersions(client, kind, signal)
  if (versions.includes(kind.version)) return ok(`${kind.kind} serves ${versions.join(', ')}`)
  return warned(
    `${kind.kind} is not served: no request can come, the issuers half is idle`,
    'install cert-manager, or run with --controllers=external-secrets',
  )
}

/** The versions in which a kind is served, the preferred first; by discovery, which every identity may read. */
async function servedVersions(client: Client, kind: Kind, signal: AbortSignal): Promise<readonly string[]> {
  const group = await discover(client, `/apis/${kind.group}`, signal)
  const versions = listOf(property(group, 'versions')).map((it) => String(property(it, 'version')))
  const served: string[] = []
  for (const version of versions) {
    const resources = await discover(client, `/apis/${kind.group}/${version}`, signal)
    const isServed = listOf(property(resources, 'resources')).some(
      (it) => property(it, 'name') === kind.plural,
    )
    if (isServed) served.push(version)
  }
  return served
}

async function discover(client: Client, path: string, signal: AbortSignal): Promise<unknown> {
  const answer = await client.getPath(path, { signal })
  if (answer.status === 404) return undefined
  if (answer.status !== 200) throw apiErrorOf(`get ${path}`, { ...answer, headers: {} })
  return parseJson(answer.body)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
