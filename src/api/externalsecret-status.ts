import * as z from 'zod'
import { list, observedGeneration, optional, statusConditions, text, time } from './meta.ts'

/** A lease of a dynamic item: enough to extend or revoke it, never its value. */
const Lease = z
  .object({
    item: text('Name or path of the item.', { minLength: 1, maxLength: 4096 }),
    id: text('What the provider calls the lease.', { minLength: 1, maxLength: 1024 }),
    mintedAt: time('When it was made.'),
    ttlSeconds: z
      .int()
      .meta({ description: 'How long it lives from then on, in seconds.', format: 'int64', minimum: 0 }),
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
    binding: optional(Binding.describe('The Secret that was written, for servicebinding.io.')),
    leases: optional(
      list(Lease, 'Credentials that are live at the provider for this ExternalSecret.', 5000, {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['id'],
      }),
    ),
  })
  .describe('What was done, and how it stands; written by the controller.')
export type ExternalSecretStatus = z.infer<typeof ExternalSecretStatus>
