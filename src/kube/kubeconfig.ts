import { readFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type Cluster,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from '@kubernetes/client-node/dist/config_types.js'
import { LineCounter, parseDocument } from 'yaml'
import { property } from './api-status.ts'
import { invalid } from './kubeconfig-failure.ts'

/** The context of a kubeconfig that is to be used; paths of files are absolute. */
export interface KubeconfigContext {
  /** For messages. */
  readonly file: string
  readonly namespace: string | undefined
  readonly cluster: Cluster
  readonly user: User & { readonly tokenFile?: string | undefined }
}

type ConfigUser = KubeconfigContext['user']

interface Kubeconfig {
  readonly file: string
  readonly currentContext: string | undefined
  readonly clusters: readonly Cluster[]
  readonly contexts: ReturnType<typeof newContexts>
  readonly users: readonly ConfigUser[]
}

/**
 * Reads kubeconfig files as kubectl merges them: the first file that says something wins. Throws Failure
 * `InvalidKubeconfig`, whose message shows no content of a file.
 */
export async function readKubeconfig(
  files: readonly string[],
  contextName?: string,
): Promise<KubeconfigContext> {
  const configs = await Promise.all(files.map(readOne))
  const file = files.join(path.delimiter)
  const name = contextName ?? configs.find((it) => it.currentContext !== undefined)?.currentContext
  if (name === undefined)
    throw invalid(file, 'it has no current-context, set one by "kubectl config use-context"')
  const context = find(configs, 'contexts', name)
  if (context === undefined) throw invalid(file, `it has no context "${name}"`)
  const cluster = find(configs, 'clusters', context.cluster)
  if (cluster === undefined)
    throw invalid(file, `context "${name}" names the unknown cluster "${context.cluster}"`)
  const user = find(configs, 'users', context.user)
  if (user === undefined && context.user !== undefined) {
    throw invalid(file, `context "${name}" names the unknown user "${context.user}"`)
  }
  return { file, namespace: context.namespace, cluster, user: user ?? { name: '' } }
}

function find<List extends 'clusters' | 'contexts' | 'users'>(
  configs: readonly Kubeconfig[],
  list: List,
  name: string,
) {
  for (const config of configs) {
    const found = config[list].find((it) => it.name === name)
    if (found !== undefined) return found as Kubeconfig[List][number]
  }
  return undefined
}

async function readOne(file: string): Promise<Kubeconfig> {
  const content = parse(file, await textOf(file))
  const directory = path.dirname(path.resolve(file))
  const absolute = (name: string | undefined) => (name ? path.resolve(directory, name) : undefined)
  const currentContext = property(content, 'current-context')
  try {
    const clusters = newClusters(property(content, 'clusters'))
    for (const cluster of clusters) {
      if (cluster.caFile) cluster.caFile = path.resolve(directory, cluster.caFile)
    }
    return {
      file,
      currentContext:
        typeof currentContext === 'string' && currentContext !== '' ? currentContext : undefined,
      contexts: newContexts(property(content, 'contexts')),
      clusters,
      users: usersOf(property(content, 'users'), absolute),
    }
  } catch (error) {
    // These messages are made of list names and indices only.
    throw invalid(file, error instanceof Error ? error.message : 'it is no kubeconfig')
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = property(error, 'code')
    throw invalid(file, code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${String(code)})`)
  }
}

/** The messages of the YAML parser quote the text, which holds credentials: only the line is told. */
function parse(file: string, text: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const [first] = document.errors
  if (first !== undefined)
    throw invalid(file, `line ${lineCounter.linePos(first.pos[0]).line} is not valid YAML`)
  const content = contentOf(file, document)
  if (property(content, 'clusters') === undefined)
    throw invalid(file, 'it is no kubeconfig, it has no clusters')
  return content
}

/** An alias without its anchor may be a password that begins with `*`; aliases of aliases may be without end. */
function contentOf(file: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS()
  } catch {
    throw invalid(file, 'it has an alias (*name) that cannot be resolved; quote texts that begin with *')
  }
}

/** Token files are kept by name: client-node would read them once, and knows only one of the two spellings. */
function usersOf(
  list: unknown,
  absolute: (name: string | undefined) => string | undefined,
): readonly ConfigUser[] {
  const entries: readonly unknown[] = Array.isArray(list) ? list : []
  return entries.map((entry, index) => {
    const raw = property(entry, 'user')
    refuseImpersonationOfMore(raw, index)
    const [user] = newUsers([{ name: property(entry, 'name'), user: withoutTokenFile(raw) }])
    if (user === undefined) throw new Error(`users[${index}] is empty`)
    const tokenFile = property(raw, 'tokenFile') ?? property(raw, 'token-file')
    return {
      ...user,
      certFile: absolute(user.certFile),
      keyFile: absolute(user.keyFile),
      tokenFile: typeof tokenFile === 'string' ? absolute(tokenFile) : undefined,
    } as ConfigUser
  })
}

function withoutTokenFile(user: unknown): object {
  return typeof user === 'object' && user !== null ? { ...user, 'token-file': undefined } : {}
}

/** Leaving out what a user asked for would act with other rights than he thinks. */
function refuseImpersonationOfMore(user: unknown, index: number): void {
  for (const field of ['as-groups', 'as-uid', 'as-user-extra']) {
    if (property(user, field) !== undefined) throw new Error(`users[${index}].user.${field} is not supported`)
  }
}
