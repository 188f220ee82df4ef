import { externalSecretKind } from '../api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../api/secretstore.ts'
import type { Client } from '../kube/client.ts'
import { customResourceDefinitionKind, type Kind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import type { DeclaredStatus } from '../kube/served-schema.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Service } from '../runtime/manager.ts'
import type { PolicyRule } from '../runtime/policy-rule.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { InformerFactory } from './informers.ts'
import { KindSchema } from './kind-schema.ts'

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

/** What the served CRDs declare, kept up to date. */
export interface ServedStatus extends Service {
  /** What a status may hold: an apply with anything else is refused whole. */
  declared(kind: Kind): DeclaredStatus | undefined
  /** Those of our newer fields that the CRD lacks; none while nothing is known of it. */
  missing(kind: Kind): readonly string[]
}

export interface ServedStatusDeps {
  readonly client: Client
  readonly informers: InformerFactory
  readonly clock: Clock
  readonly log: Log
}

/** Follows the CRDs of the given kinds by name; where even that is forbidden, what was read at the start holds. */
export function createServedStatus(kinds: readonly Kind[], deps: ServedStatusDeps): ServedStatus {
  const stopping = new AbortController()
  const schemas = new Map(
    kinds.map((kind) => [kind.plural, new KindSchema(kind, { ...deps, signal: stopping.signal })]),
  )
  for (const kind of kinds) {
    followDefinition(kind, deps.informers).onChange((change) => {
      if (change.initial || change.old?.metadata.generation === change.now?.metadata.generation) return
      schemas.get(kind.plural)?.changed()
    })
  }
  return {
    name: 'served status fields',
    declared: (kind) => schemas.get(kind.plural)?.known?.status,
    missing: (kind) => schemas.get(kind.plural)?.known?.missing ?? [],
    start: async () => {
      await Promise.all([...schemas.values()].map((it) => it.read()))
    },
    stop: () => {
      stopping.abort(new Error('the manager stops'))
      for (const schema of schemas.values()) schema.stop()
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
