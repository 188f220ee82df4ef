import { access, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { type Clock, systemClock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type { Connection } from './connection.ts'
import { type PemSource, tlsMaterialOf, tokenFileAuthorization } from './credential-files.ts'
import { createCredentialPlugin } from './credential-plugin.ts'
import type { KubeconfigContext } from './kubeconfig.ts'
import { invalid } from './kubeconfig-failure.ts'
import type { PluginCredential } from './plugin-credential.ts'
import { proxyFor } from './proxy.ts'
import type { Renewable } from './renewable.ts'

export interface ConnectionOptions {
  /** `--kubeconfig`; absent: $KUBECONFIG, then the pod's ServiceAccount, then ~/.kube/config. */
  readonly kubeconfigFile?: string | undefined
  readonly context?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  /** Where a pod finds its token, CA and namespace. */
  readonly serviceAccountDirectory?: string
}

const defaultServiceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * How to reach the API server and as whom. Credentials are tried once, so that a wrong one is told at the start.
 * Throws Failure `InvalidKubeconfig`, `InvalidProxy` or `NoCluster`, TransportError `CREDENTIAL`; all say what to do.
 */
export async function loadConnection(options: ConnectionOptions = {}): Promise<Connection> {
  const { env = process.env, clock = systemClock } = options
  const connection = await find(options, env, clock)
  checkServer(connection.server)
  await Promise.all([connection.tls(), connection.authorization()])
  return { ...connection, proxyUrl: connection.proxyUrl ?? proxyFor(new URL(connection.server), env) }
}

async function find(
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Connection> {
  if (options.kubeconfigFile !== undefined) return fromKubeconfig([options.kubeconfigFile], options, clock)
  const listed = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter((it) => it !== '')
  if (listed.length > 0) return fromKubeconfig(listed, options, clock)
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined) return inCluster(options, env, clock)
  const home = path.join(env['HOME'] ?? homedir(), '.kube', 'config')
  if (await exists(home)) return fromKubeconfig([home], options, clock)
  const message = `Cannot find a cluster: this is no pod and there is no ${home}, set --kubeconfig`
  throw new Failure('NoCluster', message, { userMustAct: true })
}

/** Is any of the two the sign of a pod: the token alone may be missing, which is then told by name. */
async function inCluster(
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Connection> {
  const directory = options.serviceAccountDirectory ?? defaultServiceAccountDirectory
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const authority = `${host.includes(':') ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`
  return {
    server: `https://${authority}`,
    namespace: await namespaceIn(path.join(directory, 'namespace')),
    skipTlsVerify: false,
    headers: {},
    tls: tlsMaterialOf({ ca: { file: path.join(directory, 'ca.crt') } }, clock),
    authorization: tokenFileAuthorization(path.join(directory, 'token'), clock),
  }
}

async function fromKubeconfig(
  files: readonly string[],
  options: ConnectionOptions,
  clock: Clock,
): Promise<Connection> {
  // A pod has none, and never loads what reads YAML.
  const { readKubeconfig } = await import('./kubeconfig.ts')
  const context = await readKubeconfig(files, options.context)
  const { cluster, user } = context
  const plugin = createCredentialPlugin(context, clock)
  const sources = {
    ca: pemSource(cluster.caFile, cluster.caData),
    cert: pemSource(user.certFile, user.certData),
    key: pemSource(user.keyFile, user.keyData),
  }
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: context.namespace,
    tlsServerName: cluster.tlsServerName,
    skipTlsVerify: cluster.skipTLSVerify,
    proxyUrl:
      cluster.proxyUrl === undefined ? undefined : new Redacted(checkedProxy(cluster.proxyUrl, context)),
    headers: user.impersonateUser ? { 'impersonate-user': user.impersonateUser } : {},
    tls: tlsMaterialOf(sources, clock, plugin === undefined ? undefined : certificateOf(plugin)),
    authorization: authorizationOf(context, plugin, clock),
  }
}

function authorizationOf(
  { user }: KubeconfigContext,
  plugin: Renewable<PluginCredential> | undefined,
  clock: Clock,
): Connection['authorization'] {
  if (user.tokenFile !== undefined) return tokenFileAuthorization(user.tokenFile, clock)
  if (user.token) return fixed(`Bearer ${user.token}`)
  if (user.username) {
    return fixed(`Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`)
  }
  if (plugin === undefined) return () => Promise.resolve(undefined)
  return async (refused) => {
    const credential = await plugin()
    if (refused === undefined || refused !== credential.authorization) return credential.authorization
    return (await plugin(credential)).authorization
  }
}

function fixed(header: string): Connection['authorization'] {
  const value = new Redacted(header)
  return () => Promise.resolve(value)
}

function certificateOf(plugin: Renewable<PluginCredential>) {
  return async (forced: boolean) => {
    const held = await plugin()
    const { cert, key } = forced ? await plugin(held) : held
    return cert === undefined ? {} : { cert, key }
  }
}

function pemSource(file: string | undefined, data: string | undefined): PemSource | undefined {
  if (file) return { file }
  return data ? { text: Buffer.from(data, 'base64').toString('utf8') } : undefined
}

function checkedProxy(proxyUrl: string, context: KubeconfigContext): string {
  if (!/^https?:\/\//.test(proxyUrl) || !URL.canParse(proxyUrl)) {
    throw invalid(context.file, 'its proxy-url is not supported, only http:// and https:// are')
  }
  return proxyUrl
}

/** Credentials go over TLS, or to this machine (kubectl proxy), and nowhere else. */
function checkServer(server: string): void {
  const url = URL.canParse(server) ? new URL(server) : undefined
  const isLocal = url !== undefined && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return
  const message = `Cannot use the API server address "${url?.origin ?? server}": it is not https`
  throw new Failure('InvalidKubeconfig', message, { userMustAct: true })
}

async function namespaceIn(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch {
    return undefined
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
