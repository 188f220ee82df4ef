import { externalSecretKind } from '../api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../api/secretstore.ts'
import type { Client } from '../kube/client.ts'
import { customResourceDefinitionKind, type Kind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import { declaredStatusFields } from '../kube/served-schema.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Service } from '../runtime/manager.ts'
import type { PolicyRule } from '../runtime/policy-rule.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { InformerFactory } from './informers.ts'

const ourKinds = [externalSecretKind, secretStoreKind, clusterSecretStoreKind]

/** Following the definitions of our kinds, by name. */
export const servedStatusRules: readonly PolicyRule[] = [
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    resourceNames: ourKinds.map((kind) => `${kind.plural}.${kind.group}`),
    verbs: ['get', 'list', 'watch'],
  },
]

/** The API server tells of a changed CRD before it serves the changed schema. */
const publishingMs = 2000

/** Which status fields the served CRDs declare, kept up to date: an apply with any other is refused whole. */
export interface ServedStatus extends Service {
  declared(kind: Kind): ReadonlySet<string> | undefined
}

export interface ServedStatusDeps {
  readonly client: Client
  readonly informers: InformerFactory
  readonly clock: Clock
  readonly log: Log
}

/** Follows the CRDs of the given kinds by name; where even that is forbidden, what was read at the start holds. */
export function createServedStatus(kinds: readonly Kind[], deps: ServedStatusDeps): ServedStatus {
  const fields = new Map<string, ReadonlySet<string> | undefined>()
  const stopping = new AbortController()
  const timers = new Map<string, () => void>()
  const read = (kind: Kind) => readInto(fields, kind, deps, stopping.signal)
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
    declared: (kind) => fields.get(kind.plural),
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
  fields: Map<string, ReadonlySet<string> | undefined>,
  kind: Kind,
  { client, log }: ServedStatusDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    fields.set(kind.plural, await declaredStatusFields(client, kind, signal))
  } catch (error) {
    if (!signal.aborted)
      log.warn({ err: error, kind: kind.kind }, 'Cannot read the served schema; the last known one holds')
  }
}
