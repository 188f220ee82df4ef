import type { KubeObject } from '../../src/kube/object.ts'
import type { Kubectl } from './apply.ts'
import { namespace } from './manifests.ts'

/** What a manifest became: whether it is Ready and why, and the Secrets it names. */
export interface Outcome {
  readonly ready: string
  readonly reason: string
  readonly secrets: Readonly<Record<string, SeenSecret | null>>
}

/** A Secret without what differs from run to run. A value is text where it is UTF-8, else `base64:...`. */
export interface SeenSecret {
  readonly type: string
  readonly data: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly immutable?: boolean
  /** The name of the ExternalSecret that controls it. */
  readonly owner?: string
}

type Status = { conditions?: readonly { type: string; status: string; reason: string }[] }
type RawSecret = KubeObject & { type: string; data?: Record<string, string>; immutable?: boolean }

/** What became of each ExternalSecret of the goldens until now. */
export async function outcomesOf(
  cluster: Kubectl,
  targets: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlyMap<string, Outcome>> {
  const secrets = new Map((await list<RawSecret>(cluster, 'secrets')).map((it) => [it.metadata.name, it]))
  const objects = await list<KubeObject & { status?: Status }>(cluster, 'externalsecrets')
  return new Map(
    objects.map(({ metadata: { name }, status }) => {
      const ready = status?.conditions?.find((it) => it.type === 'Ready')
      const named = (targets.get(name) ?? []).map((it) => [it, seen(secrets.get(it))] as const)
      return [
        name,
        {
          ready: ready?.status ?? 'none',
          reason: ready?.reason ?? 'none',
          secrets: Object.fromEntries(named),
        },
      ]
    }),
  )
}

async function list<T>(cluster: Kubectl, kind: string): Promise<readonly T[]> {
  const { items } = JSON.parse(await cluster.kubectl('get', kind, '-n', namespace, '-o', 'json')) as {
    items: T[]
  }
  return items
}

function seen(secret: RawSecret | undefined): SeenSecret | null {
  if (secret === undefined) return null
  const { labels = {}, annotations = {}, finalizers, ownerReferences = [] } = secret.metadata
  const owner = ownerReferences.find((it) => it.controller === true)?.name
  return {
    type: secret.type,
    data: sorted(Object.entries(secret.data ?? {}).map(([key, value]) => [key, readable(value)])),
    labels: sorted(Object.entries(labels)),
    annotations: sorted(Object.entries(annotations)),
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(secret.immutable === true ? { immutable: true } : {}),
    ...(owner === undefined ? {} : { owner }),
  }
}

function readable(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : `base64:${base64}`
}

function sorted(entries: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
