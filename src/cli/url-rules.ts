import type { UrlRules } from '../net/server-url.ts'
import type { ApiServer } from './api-server.ts'
import type { ManagerFlags } from './flags.ts'

/**
 * Where Gateways and PKIs may be: on the hosts that a flag names, if it names any, and never the API server, which takes
 * the same tokens; on a development machine all of them are local.
 */
export function urlRules(
  { insecureLocalEndpoints }: ManagerFlags,
  api: ApiServer,
  hosts: readonly string[],
): UrlRules {
  return {
    insecureLocalEndpoints,
    allowedHosts: hosts.length === 0 ? undefined : hosts,
    apiServerHosts: insecureLocalEndpoints ? [] : [new URL(api.connection.server).hostname],
  }
}
