import { join } from 'node:path'
import { awaitCrds } from '../cluster/await-crds.ts'
import { sourceFolder } from '../cluster/binaries.ts'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { freePort } from '../cluster/free-port.ts'
import { type Partner, partnerFolder, startPartner } from './partner.ts'

const crds = [
  [
    'fluxsource',
    'source-controller',
    'source',
    ['buckets', 'externalartifacts', 'gitrepositories', 'helmcharts', 'helmrepositories', 'ocirepositories'],
  ],
  ['fluxkustomize', 'kustomize-controller', 'kustomize', ['kustomizations']],
  ['fluxhelm', 'helm-controller', 'helm', ['helmreleases']],
] as const

/** Applies Flux's CRDs, which lie in the Go modules of its controllers, and waits until they are served. */
export async function applyFluxCrds(cluster: ClusterFacts): Promise<void> {
  const files: string[] = []
  for (const [module, controller, group, plurals] of crds) {
    const folder = join(await sourceFolder(module, `github.com/fluxcd/${controller}`), 'config/crd/bases')
    for (const plural of plurals) files.push('-f', join(folder, `${group}.toolkit.fluxcd.io_${plural}.yaml`))
  }
  await kubectl(cluster, 'apply', '--server-side', '--force-conflicts', ...files)
  await awaitCrds((...args) => kubectl(cluster, ...args))
}

/** Flux's controllers as processes. */
export interface Flux extends AsyncDisposable {
  /** The last of what each of them said. */
  words(lines?: number): Promise<string>
}

/**
 * Starts Flux's source-, kustomize- and helm-controller as administrator of a cluster of one's own, whose CRDs must be
 * there. They look at all namespaces; namespace `flux-system` must exist.
 */
export async function startFlux(cluster: ClusterFacts): Promise<Flux> {
  const storage = partnerFolder('flux-storage')
  const address = `127.0.0.1:${await freePort()}`
  const artifacts = [
    `--storage-path=${storage}`,
    `--storage-addr=${address}`,
    `--storage-adv-addr=${address}`,
  ]
  const soon = '--requeue-dependency=1s'
  const started = await Promise.allSettled([
    startController(cluster, 'source-controller', { args: artifacts, directory: storage }),
    startController(cluster, 'kustomize-controller', { args: [soon, '--no-remote-bases'] }),
    startController(cluster, 'helm-controller', { args: [soon] }),
  ])
  const partners = started.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []))
  const end = async () => void (await Promise.all(partners.map((it) => it[Symbol.asyncDispose]())))
  const failure = started.find((it) => it.status === 'rejected')
  if (failure !== undefined) {
    await end()
    throw failure.reason
  }
  return {
    words: async (lines = 12) => (await Promise.all(partners.map((it) => it.words(lines)))).join('\n\n'),
    [Symbol.asyncDispose]: end,
  }
}

type Controller = 'source-controller' | 'kustomize-controller' | 'helm-controller'

async function startController(
  cluster: ClusterFacts,
  program: Controller,
  { args, directory }: { readonly args: readonly string[]; readonly directory?: string },
): Promise<Partner> {
  const health = `127.0.0.1:${await freePort()}`
  const own = ['--watch-all-namespaces', '--events-addr=', '--metrics-addr=0', `--health-addr=${health}`]
  const env = { KUBECONFIG: cluster.kubeconfigFile, RUNTIME_NAMESPACE: 'flux-system' }
  const isReady = () =>
    fetch(`http://${health}/readyz`).then(
      (it) => it.ok,
      () => false,
    )
  const place = directory === undefined ? {} : { directory }
  return startPartner(program, { args: [...own, ...args], env, isReady, ...place })
}
