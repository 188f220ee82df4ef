import * as z from 'zod'
import type { Kind } from '../kube/kind.ts'
import { defineKind } from './define-kind.ts'
import { ExternalSecretData, ExternalSecretDataFrom, SecretStoreRef } from './externalsecret-source.ts'
import { ExternalSecretStatus } from './externalsecret-status.ts'
import { ExternalSecretTarget } from './externalsecret-target.ts'
import { type CelRule, duration, list, Metadata, objectName, optional, rules, text } from './meta.ts'

const SyncWindows = z.object({
  kind: z
    .enum(['allow', 'deny'])
    .describe('Whether refreshes happen only inside the windows, or never inside them.'),
  windows: list(
    z
      .object({
        schedule: text(
          'When the window opens, in UTC: five cron fields, @daily and the like, or @every 1h.',
          {
            minLength: 1,
            maxLength: 256,
          },
        ),
        duration: duration('How long the window stays open.'),
      })
      .describe('One window.'),
    'The windows.',
    100,
    { minItems: 1 },
  ),
})

const RolloutRestartTarget = z
  .object({
    kind: z
      .enum(['Deployment', 'DaemonSet', 'StatefulSet', 'Rollout'])
      .describe('Kind of the workload; Rollout is that of Argo Rollouts.'),
    name: objectName('Name of the workload, in the namespace of the ExternalSecret.'),
  })
  .describe('A workload.')

/** As many keys are compared with all others as CEL can afford; the controller compares all. */
const firstKeys = `[${Array.from({ length: 100 }, (_, index) => index).join(',')}]`

const specRules: readonly CelRule[] = [
  {
    rule: '(has(self.data) && self.data.size() > 0) || (has(self.dataFrom) && self.dataFrom.size() > 0)',
    message: 'data or dataFrom is required: without them there is nothing to read',
  },
  {
    rule:
      '(has(self.secretStoreRef) && has(self.secretStoreRef.name)) || ' +
      '((!has(self.data) || self.data.all(d, has(d.sourceRef))) && ' +
      '(!has(self.dataFrom) || self.dataFrom.all(d, has(d.sourceRef))))',
    message: 'secretStoreRef.name is required unless every entry of data and dataFrom has a sourceRef',
  },
  {
    rule:
      '!has(self.data) || ' +
      "(has(self.target) && has(self.target.deletionPolicy) && self.target.deletionPolicy != 'Retain') || " +
      '[self.data.map(d, d.secretKey)].all(keys, ' +
      `${firstKeys}.all(i, i >= keys.size() || keys.lastIndexOf(keys[i]) == i))`,
    message: 'data must not hold one secretKey twice, unless deletionPolicy is Delete or Merge',
  },
]

/** What an ExternalSecret asks for. Defaults are not in the schema: the reconciler has them. */
export const ExternalSecretSpec = z
  .object({
    secretStoreRef: optional(
      SecretStoreRef.describe('The store to read from, where an entry names no other.'),
    ),
    data: optional(
      // Not a list map: ESO takes two entries for one key but with deletionPolicy Retain, and an entry that Git drops
      // must go whoever else applied it once.
      list(
        ExternalSecretData,
        'Single items, each for one key of the Secret. They win over dataFrom, and a later one over an earlier one.',
        5000,
      ),
    ),
    dataFrom: optional(
      list(
        ExternalSecretDataFrom,
        'Sources of many keys, in this order: a later one wins over an earlier one.',
        500,
      ),
    ),
    target: optional(ExternalSecretTarget),
    refreshPolicy: optional(
      z
        .enum(['Periodic', 'OnChange', 'CreatedOnce'])
        .describe(
          'Periodic (default): read again every refreshInterval. OnChange: only when the ExternalSecret changes. ' +
            'CreatedOnce: only until the Secret was written once.',
        ),
    ),
    refreshInterval: optional(
      duration(
        'How often the items are read again, as 90s, 15m or 1h30m; 1h when left out. 0 stops reading by the clock.',
      ),
    ),
    syncWindows: optional(
      SyncWindows.describe('When reading by the clock may happen; other reads happen at any time.'),
    ),
    suspend: optional(z.boolean().describe('Leave the Secret as it is until this is false again.')),
    rolloutRestartTargets: optional(
      list(
        RolloutRestartTarget,
        'Workloads that are restarted when the data of the Secret changed; needs --enable-rollout-restart.',
        100,
      ),
    ),
  })
  .meta({ description: 'What to read, and the Secret to write.', ...rules(...specRules) })
export type ExternalSecretSpec = z.infer<typeof ExternalSecretSpec>

/** A Secret to be kept equal to what a store holds. Unknown fields are dropped. */
export const ExternalSecret = z.object({
  apiVersion: optional(z.string()),
  kind: optional(z.string()),
  metadata: Metadata,
  spec: ExternalSecretSpec,
  status: optional(ExternalSecretStatus),
})
export type ExternalSecret = z.infer<typeof ExternalSecret>

export const externalSecretKind: Kind = {
  group: 'external-secrets.io',
  version: 'v1',
  kind: 'ExternalSecret',
  plural: 'externalsecrets',
  namespaced: true,
}

const condition = (type: string, field: string) => `.status.conditions[?(@.type=="${type}")].${field}`

export const externalSecretDefinition = defineKind({
  kind: externalSecretKind,
  description: 'A Secret of this namespace that is kept equal to what a secret store holds.',
  spec: ExternalSecretSpec,
  status: ExternalSecretStatus,
  shortNames: ['es'],
  categories: ['external-secrets', 'keyferry'],
  deprecatedVersions: ['v1beta1'],
  printerColumns: [
    { name: 'StoreType', type: 'string', jsonPath: '.spec.secretStoreRef.kind', priority: 1 },
    { name: 'Store', type: 'string', jsonPath: '.spec.secretStoreRef.name' },
    { name: 'Refresh Interval', type: 'string', jsonPath: '.spec.refreshInterval' },
    { name: 'Status', type: 'string', jsonPath: condition('Ready', 'reason') },
    { name: 'Ready', type: 'string', jsonPath: condition('Ready', 'status') },
    { name: 'Sync', type: 'string', jsonPath: condition('LastSyncSucceeded', 'reason') },
    { name: 'Last Sync', type: 'date', jsonPath: '.status.refreshTime' },
    { name: 'Message', type: 'string', jsonPath: condition('Ready', 'message'), priority: 1 },
  ],
  selectableFields: [
    '.spec.secretStoreRef.name',
    '.spec.secretStoreRef.kind',
    '.spec.target.name',
    '.spec.refreshInterval',
  ],
})
