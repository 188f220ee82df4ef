import { externalSecretKind } from '../api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../api/secretstore.ts'
import type { Client } from '../kube/client.ts'
import { customResourceDefinitionKind, type Kind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import { type DeclaredStatus, readServedSchema, type ServedSchema } from '../kube/served-schema.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Service } from '../runtime/manager.ts'
import type { PolicyRule } from '../runtime/policy-rule.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { newerFieldsOf } from './crd-fields.ts'
import type { InformerFactory } from './informers.ts'

const ourKinds = [externalSecretKind, secretStoreKind, clusterSecretStoreKind]

/** Following the definitions of our kinds, by name. */
export const servedStatusRules: readonly PolicyRule[] = [
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    resourceNames: ourKinds.map((kind) => `${kind.plural}.${kind.group}`),
    verbs: ['list', 'watch'],
  },
]

/** The API server tells of a changed CRD before it serves the changed schema. */
const publishingMs = 2000

/** What the served CRDs declare, kept up to date. */
export interface ServedStatus extends Service {
  /** What a status may hold: an apply with anything else is refused whole. */
  declared(kind: Kind): DeclaredStatus | undefined
  /** Those of our newer fields that the CRD lacks; none while nothing is known of it. */
  missing(kind: Kind): readonly string[]
}

type Schemas = Map<string, ServedSchema | undefined>

export interface ServedStatusDeps {
  readonly client: Client
  readonly informers: InformerFactory
  readonly clock: Clock
  readonly log: Log
}

/** Follows the CRDs of the given kinds by name; where even that is forbidden, what was read at the start holds. */
export function createServedStatus(kinds: readonly Kind[], deps: ServedStatusDeps): ServedStatus {
  const schemas: Schemas = new Map()
  const stopping = new AbortController()
  const timers = new Map<string, () => void>()
  const read = (kind: Kind) => readInto(schemas, kind, deps, stopping.signal)
  for (const kind of kinds) {
    followDefinition(kind, deps.informers).onChange((change) => {
      if (change.initial || change.old?.metadata.generation === change.now?.metadata.generation) return
      timers.get(kind.plural)?.()
      timers.set(
        kind.plural,
        deps.clock.after(publishingMs, () => void read(kind)),
      )
    })
  }
  return {
    name: 'served status fields',
    declared: (kind) => schemas.get(kind.plural)?.status,
    missing: (kind) => schemas.get(kind.plural)?.missing ?? [],
    start: async () => {
      await Promise.all(kinds.map(read))
    },
    stop: () => {
      stopping.abort(new Error('the manager stops'))
      for (const cancel of timers.values()) cancel()
      return Promise.resolve()
    },
  }
}

function followDefinition(kind: Kind, informers: InformerFactory): Informer<KubeObject> {
  const name = `${kind.plural}.${kind.group}`
  return informers.create<KubeObject>({
    title: `crd ${kind.plural}`,
    selection: {
      kind: customResourceDefinitionKind,
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
    },
  })
}

async function readInto(
  schemas: Schemas,
  kind: Kind,
  { client, log }: ServedStatusDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    const schema = await readServedSchema(client, kind, newerFieldsOf(kind), signal)
    if (schemas.has(kind.plural)) log.info({ kind: kind.kind }, 'The served schema was read anew')
    schemas.set(kind.plural, schema)
    if (schema !== undefined && schema.missing.length > 0) {
      const { missing } = schema
      log.warn({ kind: kind.kind, missing }, 'The CRD lacks fields; the API server drops them from objects')
    }
  } catch (error) {
    if (!signal.aborted)
      log.warn({ err: error, kind: kind.kind }, 'Cannot read the served schema; the last known one holds')
  }
}
