import type { RequestOptions as HttpsOptions } from 'node:https'
import type { Clock } from '../std/clock.ts'
import { Redacted } from '../std/redacted.ts'
import { property } from './api-status.ts'
import { withDeadline } from './deadline.ts'
import { TransportError } from './errors.ts'
import { runExecPlugin } from './exec-plugin.ts'
import type { KubeconfigContext } from './kubeconfig.ts'
import { invalid } from './kubeconfig-failure.ts'
import type { PluginCredential } from './plugin-credential.ts'
import { createRenewable, type Fresh, type Renewable } from './renewable.ts'

const askAgainAfterMs = 30_000
const forcedSpacingMs = 10_000
const pluginTimeoutMs = 60_000

/** The credential source of a user with `exec` or an OIDC `auth-provider`; undefined for others. */
export function createCredentialPlugin(
  context: KubeconfigContext,
  clock: Clock,
): Renewable<PluginCredential> | undefined {
  const plugin = pluginOf(context, clock)
  if (plugin === undefined) return undefined
  return createRenewable<PluginCredential>({
    clock,
    forcedSpacingMs,
    equal: (a, b) => a.authorization?.reveal() === b.authorization?.reveal() && a.cert === b.cert,
    read: () => asked(plugin, clock),
  })
}

interface Plugin {
  readonly title: string
  readonly ask: (signal: AbortSignal) => Promise<Fresh<PluginCredential>>
}

function pluginOf(context: KubeconfigContext, clock: Clock): Plugin | undefined {
  const { user, file } = context
  const exec: unknown = user.exec
  if (exec !== null && exec !== undefined) {
    const title = `credential plugin "${wordOf(property(exec, 'command'))}"`
    return { title, ask: (signal) => runExecPlugin(context, clock, signal) }
  }
  const provider: unknown = user.authProvider
  if (provider === null || provider === undefined) return undefined
  const name = wordOf(property(provider, 'name'))
  if (name !== 'oidc') throw invalid(file, `its auth-provider "${name}" is not supported, use an exec plugin`)
  return { title: 'OIDC provider', ask: () => askOidc(user) }
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

async function asked({ title, ask }: Plugin, clock: Clock): Promise<Fresh<PluginCredential>> {
  const failed = (why: string) =>
    new TransportError(`Cannot get a credential from the ${title}: ${why}`, 'CREDENTIAL')
  const deadline = {
    signal: new AbortController().signal,
    timeoutMs: pluginTimeoutMs,
    clock,
    timedOut: () => failed(`no answer within ${pluginTimeoutMs} ms`),
  }
  try {
    return await withDeadline(deadline, ask)
  } catch (error) {
    // What a plugin wrote to its error output may hold anything, so it is not passed on.
    throw error instanceof TransportError
      ? error
      : failed('it failed, run "kubectl get --raw /version" to see why')
  }
}

/** A new client each time: the cache of client-node's takes a lifetime for a date. */
async function askOidc(user: KubeconfigContext['user']): Promise<Fresh<PluginCredential>> {
  const options: HttpsOptions = { headers: {} }
  const client = await loadOidc()
  await client.applyAuthentication(user, options)
  const authorization = property(options.headers, 'Authorization')
  return {
    value: { authorization: typeof authorization === 'string' ? new Redacted(authorization) : undefined },
    renewAfterMs: askAgainAfterMs,
  }
}

/** Loaded only where it is used: it brings half of client-node with it. */
async function loadOidc() {
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
