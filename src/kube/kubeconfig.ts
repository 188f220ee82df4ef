import path from 'node:path'
import {
  type Cluster,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from '@kubernetes/client-node/dist/config_types.js'
import { property } from './api-status.ts'
import { invalid } from './kubeconfig-failure.ts'
import {
  findEntry,
  type KubeconfigEntry,
  type KubeconfigFile,
  readKubeconfigFile,
} from './kubeconfig-file.ts'

/** The context of a kubeconfig that is to be used; paths of files are absolute. */
export interface KubeconfigContext {
  /** For messages. */
  readonly file: string
  readonly namespace: string | undefined
  readonly cluster: Cluster
  readonly user: User & { readonly tokenFile?: string | undefined }
}

type ConfigUser = KubeconfigContext['user']

/**
 * Reads kubeconfig files as kubectl merges them: the first file that says something wins, a file may be missing as
 * long as there is another, and what is wrong with entries that are not used is not looked at. Throws Failure
 * `InvalidKubeconfig`, whose message shows no content of a file.
 */
export async function readKubeconfig(
  files: readonly string[],
  contextName?: string,
): Promise<KubeconfigContext> {
  const file = files.join(path.delimiter)
  const sources = await readFiles(files, file)
  const name = contextName ?? currentContextOf(sources)
  if (name === undefined)
    throw invalid(file, 'it has no current-context, set one by "kubectl config use-context"')
  const found = findEntry(sources, 'contexts', name)
  if (found === undefined) throw invalid(file, `it has no context "${name}"`)
  const context = converted(found, newContexts)
  const cluster = findEntry(sources, 'clusters', context.cluster)
  if (cluster === undefined)
    throw invalid(file, `context "${name}" names the unknown cluster "${context.cluster}"`)
  const user = context.user === undefined ? undefined : findEntry(sources, 'users', context.user)
  if (user === undefined && context.user !== undefined) {
    throw invalid(file, `context "${name}" names the unknown user "${context.user}"`)
  }
  return {
    file,
    namespace: context.namespace,
    cluster: clusterOf(cluster),
    user: user === undefined ? { name: '' } : userOf(user),
  }
}

async function readFiles(files: readonly string[], all: string): Promise<readonly KubeconfigFile[]> {
  const read = await Promise.all(files.map(readKubeconfigFile))
  const sources = read.filter((it) => it !== undefined)
  if (sources.length === 0) throw invalid(all, 'there is no such file')
  if (sources.every((it) => property(it.content, 'clusters') === undefined))
    throw invalid(all, 'it is no kubeconfig, it has no clusters')
  return sources
}

function currentContextOf(sources: readonly KubeconfigFile[]): string | undefined {
  const names = sources.map((it) => property(it.content, 'current-context'))
  return names.find((it): it is string => typeof it === 'string' && it !== '')
}

function clusterOf(found: KubeconfigEntry): Cluster {
  const { caFile, ...cluster } = converted(found, newClusters)
  return caFile ? { ...cluster, caFile: path.resolve(found.source.directory, caFile) } : cluster
}

/** Token files are kept by name: client-node would read them once, and knows only one of the two spellings. */
function userOf(found: KubeconfigEntry): ConfigUser {
  const raw = property(found.entry, 'user')
  refuseImpersonationOfMore(raw, found)
  const entry = { name: property(found.entry, 'name'), user: withoutTokenFile(raw) }
  const user = converted({ ...found, entry }, newUsers)
  const tokenFile = property(raw, 'tokenFile') ?? property(raw, 'token-file')
  return {
    ...user,
    certFile: absolute(found, user.certFile),
    keyFile: absolute(found, user.keyFile),
    tokenFile: typeof tokenFile === 'string' ? absolute(found, tokenFile) : undefined,
    exec: withAbsoluteCommand(found, user.exec),
  } as ConfigUser
}

/** One entry as client-node converts a list of them. Its messages are made of list names and indices only. */
function converted<T>({ source, index, entry }: KubeconfigEntry, convert: (list: unknown) => T[]): T {
  try {
    const [value] = convert([entry])
    if (value !== undefined) return value
  } catch (error) {
    throw invalid(source.file, (error as Error).message.replace('[0]', `[${index}]`))
  }
  throw invalid(source.file, 'it is no kubeconfig')
}

function absolute({ source }: KubeconfigEntry, name: string | undefined): string | undefined {
  return name ? path.resolve(source.directory, name) : undefined
}

/** A command with a slash lies beside the kubeconfig, one without is looked for on the PATH. */
function withAbsoluteCommand(found: KubeconfigEntry, exec: unknown): unknown {
  const command = property(exec, 'command')
  if (typeof command !== 'string' || !command.includes(path.sep)) return exec
  return { ...(exec as object), command: absolute(found, command) }
}

function withoutTokenFile(user: unknown): object {
  return typeof user === 'object' && user !== null ? { ...user, 'token-file': undefined } : {}
}

/** Leaving out what a user asked for would act with other rights than he thinks. */
function refuseImpersonationOfMore(user: unknown, { source, index }: KubeconfigEntry): void {
  for (const field of ['as-groups', 'as-uid', 'as-user-extra']) {
    if (property(user, field) !== undefined)
      throw invalid(source.file, `users[${index}].user.${field} is not supported`)
  }
}
