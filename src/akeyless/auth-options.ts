import type { References } from '../store/provider.ts'
import type { Clouds } from './clouds.ts'
import type { Digests } from './digests.ts'

/**
 * Whether a store may log in as the cloud identity of Keyferry's own pod or node: `namespaced` is a SecretStore, which
 * never may; `off` is a ClusterSecretStore while --allow-ambient-cloud-identity is not set.
 */
export type Ambient = 'allowed' | 'namespaced' | 'off'

/** What finding an identity may ask of. */
export interface AuthOptions {
  readonly references: References
  readonly digests: Digests
  readonly clouds: Clouds
  readonly ambient: Ambient
  readonly signal: AbortSignal
}
