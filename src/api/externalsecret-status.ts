import * as z from 'zod'
import { list, observedGeneration, optional, statusConditions, text, time } from './meta.ts'

const LeaseStore = z.object({
  kind: text('SecretStore or ClusterSecretStore.', { minLength: 1, maxLength: 63 }),
  name: text('Name of the store.', { minLength: 1, maxLength: 253 }),
})

/** A lease of a dynamic item: enough to extend or revoke it, never its value. */
const Lease = z
  .object({
    item: text('Name or path of the item.', { minLength: 1, maxLength: 4096 }),
    store: LeaseStore.describe('Where it was made.'),
    state: z
      .enum(['Minting', 'Recorded', 'Active', 'Expiring'])
      .describe(
        'Minting: the provider is being asked. Recorded: it was made, the Secret may not hold it yet. Active: the Secret holds it, and it is extended. Expiring: another one is in its place, it is left to end.',
      ),
    id: optional(
      text('What the provider calls the lease; absent while it is being made.', {
        minLength: 1,
        maxLength: 1024,
      }),
    ),
    mintedAt: time('When it was made.'),
    ttlSeconds: optional(
      z.number().meta({ description: 'How long it lives unless it is extended, in seconds.', minimum: 0 }),
    ),
    expiresAt: optional(time('When it ends unless it is extended before.')),
    keys: optional(
      list(text('A key.', { maxLength: 253 }), 'The keys of the Secret that came from it.', 5000, {
        'x-kubernetes-list-type': 'atomic',
      }),
    ),
    madeFor: optional(text('What of the spec it was made for; opaque.', { maxLength: 64 })),
  })
  .describe('A credential that the provider made for this ExternalSecret.')
export type Lease = z.infer<typeof Lease>

const Binding = z.object({
  name: optional(text('Name of the Secret.', { maxLength: 253 })),
})

/** What the controller found and did. */
export const ExternalSecretStatus = z
  .object({
    observedGeneration: optional(observedGeneration()),
    conditions: optional(statusConditions()),
    refreshTime: optional(time('When the last successful sync began.').nullable()),
    syncedResourceVersion: optional(
      text('What of the ExternalSecret the last sync was made for; opaque.', { maxLength: 1024 }),
    ),
    lastHandledForceSync: optional(
      text('The value of the annotation force-sync that was acted upon last.', { maxLength: 262_144 }),
    ),
    syncedStores: optional(
      text('What the stores were that the last sync read from; opaque. Deletions are judged by it.', {
        maxLength: 64,
      }),
    ),
    pendingRestart: optional(
      time('When data changed that the workloads of rolloutRestartTargets have yet to be told of.'),
    ),
    binding: optional(Binding.describe('The Secret that was written, for servicebinding.io.')),
    leases: optional(
      list(Lease, 'Credentials that are live at the provider for this ExternalSecret.', 5000, {
        'x-kubernetes-list-type': 'atomic',
      }),
    ),
  })
  .describe('What was done, and how it stands; written by the controller.')
export type ExternalSecretStatus = z.infer<typeof ExternalSecretStatus>
