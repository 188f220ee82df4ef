import type { Client } from '../../src/kube/client.ts'
import { secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { connect } from '../cluster/client.ts'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { inTime } from '../cluster/in-time.ts'
import { makeNamespace } from '../cluster/namespace.ts'
import { type AkeylessOptions, type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { makeBinding, makeServiceAccount, tokenOf } from './accounts.ts'
import { applyAll } from './apply-all.ts'
import { eventually, patienceMs } from './eventually.ts'
import { writtenKind } from './written-kinds.ts'

export interface Status {
  readonly observedGeneration?: number
  readonly refreshTime?: string
  readonly syncedResourceVersion?: string
  readonly lastHandledForceSync?: string
  readonly conditions?: readonly { type: string; status: string; reason: string; message: string }[]
}

export type Seen = KubeObject & { readonly status?: Status }

/**
 * A namespace with the cast of a sync: ServiceAccounts `app` (may log in to Akeyless) and `keyferry` (what the
 * manager runs as), a stand-in whose Gateway really reviews tokens, and ways to write manifests and look at them.
 */
export interface World extends AsyncDisposable {
  readonly namespace: string
  /** Stores of this world carry it, so that managers of other tests leave them alone. */
  readonly controllerClass: string
  readonly akeyless: AkeylessStandIn
  /** A token of the ServiceAccount that the manager runs as, with the rights of config/rbac. */
  readonly managerToken: string
  /** The administrator's. */
  readonly client: Client
  apply(...objects: readonly object[]): Promise<void>
  kubectl(...args: readonly string[]): Promise<string>
  get(kind: string, name: string, namespace?: string): Promise<Seen>
  /** Waits until a condition of an object tells this reason. */
  reason(kind: string, name: string, reason: string, type?: string, withinMs?: number): Promise<Seen>
  /** The data of a Secret as text; undefined when there is no such Secret. */
  secret(name: string, namespace?: string): Promise<Record<string, string> | undefined>
  /** A SecretStore that logs in as ServiceAccount `app` by Kubernetes auth. */
  store(name: string, changes?: object): object
  externalSecret(name: string, spec: object, store?: { kind?: string; name: string }): object
}

/** Makes a world in the given cluster. The access id `p-app` may read and list `/NAMESPACE/*`. */
export async function newWorld(cluster: ClusterFacts, options: AkeylessOptions = {}): Promise<World> {
  const run = (...args: readonly string[]) => kubectl(cluster, ...args)
  const { client, ...connection } = connect(cluster)
  const namespace = await makeNamespace(client, 'world')
  const tokens = await makeAccounts(client, namespace)
  const k8s = { host: cluster.server, caPem: cluster.caPem, reviewerToken: tokens.reviewer }
  const akeyless = await startAkeyless({ k8s, ...options })
  akeyless.state.k8sAuth({ accessId: 'p-app', config: 'test', boundServiceAccounts: ['app'] })
  akeyless.state.role({
    accessId: 'p-app',
    rules: [{ path: `/${namespace}/*`, capabilities: ['read', 'list'] }],
  })
  const get = (kind: string, name: string, inNamespace = namespace) =>
    look(client, run, kind, { namespace: inNamespace, name })
  return {
    namespace,
    controllerClass: namespace,
    akeyless,
    managerToken: tokens.keyferry,
    client,
    kubectl: run,
    get,
    apply: (...objects) => applyAll(client, run, objects),
    reason: (kind, name, reason, type = 'Ready', withinMs = patienceMs) =>
      untilReason(() => get(kind, name), `${kind} ${name} has ${type} ${reason}`, { type, reason, withinMs }),
    secret: async (name, inNamespace = namespace) =>
      decoded(await client.find<Secret>(secretKind, { namespace: inNamespace, name }, { signal: inTime() })),
    store: (name, changes = {}) => storeManifest(namespace, name, akeyless.url, changes),
    externalSecret: (name, spec, store = { name: 'akeyless' }) => ({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { namespace, name },
      spec: { secretStoreRef: store, ...spec },
    }),
    async [Symbol.asyncDispose]() {
      await akeyless.stop()
      await connection[Symbol.asyncDispose]()
    },
  }
}

type Secret = KubeObject & { readonly data?: Readonly<Record<string, string>> }

/** What is looked at again and again is not worth a process each time; kubectl knows the kinds of others. */
async function look(
  client: Client,
  run: Run,
  word: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Seen> {
  const kind = writtenKind(word)
  if (kind === undefined)
    return JSON.parse(await run('get', word, name, '-n', namespace, '-o', 'json')) as Seen
  return client.get<Seen>(kind, kind.namespaced ? { namespace, name } : { name }, { signal: inTime() })
}

type Run = (...args: readonly string[]) => Promise<string>

async function makeAccounts(
  client: Client,
  namespace: string,
): Promise<{ reviewer: string; keyferry: string }> {
  const account = (name: string) => ({ namespace, name })
  for (const name of ['app', 'reviewer', 'keyferry']) await makeServiceAccount(client, account(name))
  const bind = (role: string, name: string) =>
    makeBinding(client, `${namespace}-${name}`, account(name), { role })
  await bind('system:auth-delegator', 'reviewer')
  await bind('keyferry-external-secrets', 'keyferry')
  return {
    reviewer: await tokenOf(client, account('reviewer')),
    keyferry: await tokenOf(client, account('keyferry')),
  }
}

function untilReason(
  look: () => Promise<Seen>,
  what: string,
  wanted: { type: string; reason: string; withinMs: number },
): Promise<Seen> {
  let last: Seen | undefined
  const isThere = async () => {
    last = await look()
    return last.status?.conditions?.some((it) => it.type === wanted.type && it.reason === wanted.reason)
      ? last
      : undefined
  }
  return eventually(what, isThere, wanted.withinMs).catch((cause: unknown) => {
    throw new Error(`Not so: ${what}; conditions are ${JSON.stringify(last?.status?.conditions)}`, { cause })
  })
}

function decoded(secret: Secret | undefined): Record<string, string> | undefined {
  if (secret === undefined) return undefined
  const { data = {} } = secret
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
  )
}

function storeManifest(namespace: string, name: string, url: string, changes: object): object {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { namespace, name },
    spec: {
      controller: namespace,
      provider: {
        akeyless: {
          akeylessGWApiURL: url,
          authSecretRef: {
            kubernetesAuth: { accessID: 'p-app', k8sConfName: 'test', serviceAccountRef: { name: 'app' } },
          },
          ...changes,
        },
      },
    },
  }
}
