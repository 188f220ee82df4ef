import type { RequestOptions as HttpsOptions } from 'node:https'
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js'
import type { Clock } from '../std/clock.ts'
import { Redacted } from '../std/redacted.ts'
import { property } from './api-status.ts'
import { withDeadline } from './deadline.ts'
import { TransportError } from './errors.ts'
import type { KubeconfigContext } from './kubeconfig.ts'
import { invalid } from './kubeconfig-failure.ts'
import { createRenewable, type Renewable } from './renewable.ts'

/** What an exec plugin or an OIDC provider gave. */
export interface PluginCredential {
  readonly authorization: Redacted | undefined
  readonly cert?: string | undefined
  readonly key?: Redacted | undefined
}

/** client-node's authenticators put their findings into an options object. */
interface Authenticator {
  applyAuthentication(user: KubeconfigContext['user'], options: HttpsOptions): Promise<void>
}

const askAgainAfterMs = 30_000
const forcedSpacingMs = 10_000
const pluginTimeoutMs = 60_000

/** The credential source of a user with `exec` or an OIDC `auth-provider`; undefined for others. */
export function createCredentialPlugin(
  context: KubeconfigContext,
  clock: Clock,
): Renewable<PluginCredential> | undefined {
  const plugin = pluginOf(context)
  if (plugin === undefined) return undefined
  let authenticator: Authenticator | undefined
  return createRenewable<PluginCredential>({
    clock,
    forcedSpacingMs,
    equal: (a, b) => a.authorization?.reveal() === b.authorization?.reveal() && a.cert === b.cert,
    read: async (forced) => {
      // A new one has an empty cache, which is the only way to make it ask again.
      if (forced || plugin.forgetful) authenticator = undefined
      authenticator ??= await plugin.load()
      return {
        value: await asked(authenticator, context, plugin.title, clock),
        renewAfterMs: askAgainAfterMs,
      }
    },
  })
}

interface Plugin {
  readonly title: string
  /** Its cache cannot be trusted (client-node takes a lifetime for a date), so each read starts without. */
  readonly forgetful: boolean
  load(): Promise<Authenticator>
}

function pluginOf({ user, file }: KubeconfigContext): Plugin | undefined {
  const exec: unknown = user.exec
  if (exec !== null && exec !== undefined) {
    const title = `credential plugin "${wordOf(property(exec, 'command'))}"`
    return { title, forgetful: false, load: async () => new ExecAuth() }
  }
  const provider: unknown = user.authProvider
  if (provider === null || provider === undefined) return undefined
  const name = wordOf(property(provider, 'name'))
  if (name !== 'oidc') throw invalid(file, `its auth-provider "${name}" is not supported, use an exec plugin`)
  return { title: 'OIDC provider', forgetful: true, load: loadOidc }
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Loaded only where it is used: it brings half of client-node with it. */
async function loadOidc(): Promise<Authenticator> {
  try {
    const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js')
    return new OpenIDConnectAuth()
  } catch {
    // A bundle may leave it out: nobody logs in by OIDC from within a pod.
    throw new TransportError(
      'Cannot load the OIDC client: it is not part of this build, use an exec plugin',
      'CREDENTIAL',
    )
  }
}

async function asked(
  authenticator: Authenticator,
  context: KubeconfigContext,
  title: string,
  clock: Clock,
): Promise<PluginCredential> {
  const options: HttpsOptions = { headers: {} }
  const failed = (why: string) =>
    new TransportError(`Cannot get a credential from the ${title}: ${why}`, 'CREDENTIAL')
  try {
    await withDeadline(
      {
        signal: new AbortController().signal,
        timeoutMs: pluginTimeoutMs,
        clock,
        timedOut: () => failed(`no answer within ${pluginTimeoutMs} ms`),
      },
      () => authenticator.applyAuthentication(withExecInfo(context), options),
    )
  } catch (error) {
    // What a plugin wrote to its error output may hold anything, so it is not passed on.
    throw error instanceof TransportError
      ? error
      : failed('it failed, run "kubectl get --raw /version" to see why')
  }
  return credentialOf(options)
}

function credentialOf({ headers, cert, key }: HttpsOptions): PluginCredential {
  const authorization = property(headers, 'Authorization')
  return {
    authorization: typeof authorization === 'string' ? new Redacted(authorization) : undefined,
    cert: typeof cert === 'string' ? cert : undefined,
    key: typeof key === 'string' ? new Redacted(key) : undefined,
  }
}

/** client-node leaves out KUBERNETES_EXEC_INFO, without which some plugins do not start. */
function withExecInfo({ user, cluster }: KubeconfigContext): KubeconfigContext['user'] {
  const exec: unknown = user.exec
  if (exec === null || exec === undefined) return user
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
