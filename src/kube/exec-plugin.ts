import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js'
import type { Clock } from '../std/clock.ts'
import { Redacted } from '../std/redacted.ts'
import { property } from './api-status.ts'
import type { KubeconfigContext } from './kubeconfig.ts'
import type { PluginCredential } from './plugin-credential.ts'
import type { Fresh } from './renewable.ts'

type ConfigUser = KubeconfigContext['user']

/** A plugin whose credential is expired from the start must not be run for every request. */
const shortestLifeMs = 1000

/**
 * Has client-node run the `exec` command of a user (client.authentication.k8s.io); the signal ends its process. The
 * credential is good until its expirationTimestamp, or without one until it is refused. Throws an Error that is not
 * to be shown.
 */
export async function runExecPlugin(
  context: KubeconfigContext,
  clock: Clock,
  signal: AbortSignal,
): Promise<Fresh<PluginCredential>> {
  const user = withExecInfo(context)
  // A new one has an empty cache, which is the only way to make it ask.
  const plugin = endedBy(signal, new ExecAuth())
  const found: Parameters<typeof plugin.applyAuthentication>[1] = { headers: {} }
  await plugin.applyAuthentication(user, found)
  return { value: credentialOf(found), renewAfterMs: lifeMsOf(plugin, user, clock) }
}

interface Child {
  readonly stdin: { end(): void }
  kill(signal: 'SIGKILL'): void
}

/**
 * client-node leaves its process to itself: one that reads would wait for words that nobody writes, and one that
 * hangs would stay for ever beside the next one. How it starts one is a field of it.
 */
function endedBy(signal: AbortSignal, plugin: ExecAuth): ExecAuth {
  const start = property(plugin, 'execFn')
  if (typeof start !== 'function') throw new TypeError('This client-node starts its plugins in another way')
  const execFn = (...args: unknown[]): unknown => {
    const child: unknown = Reflect.apply(start, undefined, args)
    if (!isChild(child)) throw new TypeError('This client-node starts its plugins in another way')
    child.stdin.end()
    signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
    return child
  }
  Object.assign(plugin, { execFn })
  return plugin
}

function isChild(value: unknown): value is Child {
  const end = property(property(value, 'stdin'), 'end')
  return typeof end === 'function' && typeof property(value, 'kill') === 'function'
}

/** Without a credential every request would be that of a stranger. */
function credentialOf({
  headers,
  cert,
  key,
}: Parameters<ExecAuth['applyAuthentication']>[1]): PluginCredential {
  const authorization = property(headers, 'Authorization')
  if (typeof authorization !== 'string' && (typeof cert !== 'string' || typeof key !== 'string'))
    throw new Error('no credential')
  return {
    authorization: typeof authorization === 'string' ? new Redacted(authorization) : undefined,
    cert: typeof cert === 'string' ? cert : undefined,
    key: typeof key === 'string' ? new Redacted(key) : undefined,
  }
}

/** When the credential expires stands in the cache of its giver only. */
function lifeMsOf(plugin: ExecAuth, { name }: ConfigUser, clock: Clock): number {
  const status = property(property(property(plugin, 'tokenCache'), name), 'status')
  const expiresAtMs = Date.parse(String(property(status, 'expirationTimestamp')))
  if (Number.isNaN(expiresAtMs)) return Number.POSITIVE_INFINITY
  return Math.max(expiresAtMs - clock.now(), shortestLifeMs)
}

/** client-node leaves out KUBERNETES_EXEC_INFO, without which some plugins do not start. */
function withExecInfo({ user, cluster }: KubeconfigContext): ConfigUser {
  const exec: unknown = user.exec
  if (typeof exec !== 'object' || exec === null) return user
  const env = property(exec, 'env')
  const spec = property(exec, 'provideClusterInfo') === true ? { cluster: clusterInfo(cluster) } : {}
  const info = {
    kind: 'ExecCredential',
    apiVersion: property(exec, 'apiVersion'),
    spec: { ...spec, interactive: false },
  }
  const added = { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }
  return { ...user, exec: { ...exec, env: [...(Array.isArray(env) ? (env as unknown[]) : []), added] } }
}

function clusterInfo(cluster: KubeconfigContext['cluster']): object {
  return {
    server: cluster.server,
    'certificate-authority-data': cluster.caData,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTLSVerify,
  }
}
