import * as z from 'zod'
import type { Kind } from '../kube/kind.ts'
import { AkeylessProvider } from './akeyless-spec.ts'
import { defineKind, type PrinterColumn } from './define-kind.ts'
import { FakeProvider } from './fake-spec.ts'
import {
  duration,
  list,
  Metadata,
  namespaceName,
  observedGeneration,
  optional,
  regularExpression,
  secondsOrDuration,
  statusConditions,
  text,
  textMap,
} from './meta.ts'

const SelectorRequirement = z
  .object({
    key: text('Label key.', { maxLength: 317 }),
    operator: text('In, NotIn, Exists or DoesNotExist.', { maxLength: 64 }),
    values: optional(list(text('A label value.', { maxLength: 63 }), 'Values for In and NotIn.', 1000)),
  })
  .describe('One requirement on labels.')

const LabelSelector = z.object({
  matchLabels: optional(
    textMap('Labels that must be there with these values.', { maxProperties: 1000, maxLength: 63 }),
  ),
  matchExpressions: optional(list(SelectorRequirement, 'Requirements that must all hold.', 1000)),
})
export type LabelSelector = z.infer<typeof LabelSelector>

const StoreCondition = z
  .object({
    namespaceSelector: optional(LabelSelector.describe('Namespaces with these labels may use the store.')),
    namespaces: optional(
      list(namespaceName('Name of a namespace.'), 'Namespaces that may use the store.', 5000),
    ),
    namespaceRegexes: optional(
      list(
        regularExpression('Regular expression for the whole name of a namespace.', 256),
        'Namespaces whose name matches one of these may use the store.',
        64,
      ),
    ),
  })
  .describe('One way to be admitted: by label, by name or by pattern.')
export type StoreCondition = z.infer<typeof StoreCondition>

/** Providers of other controllers are kept and never looked into. */
const StoreProvider = z
  .looseObject({
    akeyless: optional(AkeylessProvider.describe('Akeyless, through a Gateway or the public service.')),
    fake: optional(FakeProvider.describe('Fixed values that stand in this store; for tests.')),
  })
  .meta({
    description:
      'Where secrets come from: exactly one provider. Keyferry serves akeyless and fake, and leaves a store of any ' +
      'other provider alone.',
    minProperties: 1,
    maxProperties: 1,
    'x-kubernetes-preserve-unknown-fields': true,
  })

const RetrySettings = z.object({
  maxRetries: optional(z.int().meta({ description: 'How often to try again.', format: 'int32', minimum: 0 })),
  retryInterval: optional(duration('How long to wait in between.')),
})

/** The spec of SecretStore and ClusterSecretStore. */
export const SecretStoreSpec = z
  .object({
    controller: optional(
      text('Controller class that serves this store; one with another class leaves it alone.', {
        maxLength: 253,
      }),
    ),
    provider: StoreProvider,
    refreshInterval: optional(
      secondsOrDuration('How often the store is validated again; 5m when empty or 0.'),
    ),
    retrySettings: optional(
      RetrySettings.describe(
        'Kept for other providers. Akeyless is asked again by the back-off of the controller.',
      ),
    ),
    conditions: optional(
      list(
        StoreCondition,
        'Which namespaces may use a ClusterSecretStore; one matching entry is enough, none at all admits every namespace.',
        256,
      ),
    ),
  })
  .describe('What the store is.')
export type SecretStoreSpec = z.infer<typeof SecretStoreSpec>

/** The status of SecretStore and ClusterSecretStore. */
export const SecretStoreStatus = z
  .object({
    observedGeneration: optional(observedGeneration()),
    conditions: optional(statusConditions()),
    capabilities: optional(
      text('What the store can do: ReadOnly, WriteOnly or ReadWrite.', { maxLength: 64 }),
    ),
  })
  .describe('What was found of the store; written by the controller.')
export type SecretStoreStatus = z.infer<typeof SecretStoreStatus>

/**
 * A store: as SecretStore for the objects of its own namespace, as ClusterSecretStore for all namespaces or those that
 * its conditions admit. Unknown fields are dropped, those of the provider are kept. */
export const SecretStore = z.object({
  apiVersion: optional(z.string()),
  kind: optional(z.string()),
  metadata: Metadata,
  spec: SecretStoreSpec,
  status: optional(SecretStoreStatus),
})
export type SecretStore = z.infer<typeof SecretStore>

export const secretStoreKind: Kind = {
  group: 'external-secrets.io',
  version: 'v1',
  kind: 'SecretStore',
  plural: 'secretstores',
  namespaced: true,
}

export const clusterSecretStoreKind: Kind = {
  group: 'external-secrets.io',
  version: 'v1',
  kind: 'ClusterSecretStore',
  plural: 'clustersecretstores',
  namespaced: false,
}

const ready = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`

const printerColumns: readonly PrinterColumn[] = [
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Status', type: 'string', jsonPath: ready('reason') },
  { name: 'Capabilities', type: 'string', jsonPath: '.status.capabilities' },
  { name: 'Ready', type: 'string', jsonPath: ready('status') },
  { name: 'Message', type: 'string', jsonPath: ready('message'), priority: 1 },
]

const shared = {
  spec: SecretStoreSpec,
  status: SecretStoreStatus,
  categories: ['external-secrets', 'keyferry'],
  deprecatedVersions: ['v1beta1'],
  printerColumns,
}

export const secretStoreDefinition = defineKind({
  ...shared,
  kind: secretStoreKind,
  description: 'A place that secrets come from, and how to log in there; usable in its own namespace.',
  shortNames: ['ss'],
})

export const clusterSecretStoreDefinition = defineKind({
  ...shared,
  kind: clusterSecretStoreKind,
  description:
    'A place that secrets come from, and how to log in there; usable in every namespace that its conditions admit.',
  shortNames: ['css'],
})
