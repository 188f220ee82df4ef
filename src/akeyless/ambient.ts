import { failure } from '../api/reason.ts'
import type { AuthOptions } from './auth-options.ts'

/**
 * Refuses, with InvalidSpec, a store that may not log in as the cloud identity of Keyferry's own pod or node: that one
 * belongs to the cluster and not to a tenant. `instead` says how the tenant logs in as himself.
 */
export function demandAmbient({ ambient }: AuthOptions, path: string, instead: string): void {
  if (ambient === 'allowed') return
  const at = `Cannot log in by ${path}: this is the cloud identity of Keyferry's own pod or node`
  if (ambient === 'namespaced')
    throw failure('InvalidSpec', `${at}, which only a ClusterSecretStore may use; ${instead}`)
  throw failure('InvalidSpec', `${at}, which needs the flag --allow-ambient-cloud-identity; ${instead}`)
}
