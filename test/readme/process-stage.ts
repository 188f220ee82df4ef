import { startCluster } from '../cluster/cluster.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { applyCertManagerCrds, startCertManager } from '../partners/cert-manager.ts'
import { makeFolder, runBlock, type Stage } from './stage.ts'

const home = 'keyferry-system'

/** A cluster without a node, where the manager is a process beside it, with the rights that the chart gives. */
export interface ProcessStage extends Stage {
  readonly hasPods: false
  /** To be called once the chart is installed: its accounts are there only then. */
  startManager(): Promise<void>
}

/** Makes the cluster, with cert-manager's controllers beside it. */
export async function startProcessStage(): Promise<ProcessStage> {
  const cluster = await startCluster({ controllers: true })
  await applyCertManagerCrds(cluster)
  const certManager = await startCertManager(cluster)
  const folder = await makeFolder()
  const image = { registry: 'keyferry.test', tag: 'readme' }
  const shell = { folder: folder.path, kubeconfigFile: cluster.kubeconfigFile, image }
  let manager: ManagerProcess | undefined
  return {
    hasPods: false,
    // No pod becomes ready: Helm would wait for ever.
    run: (block) => runBlock(shell, block.replaceAll(' --wait', '')),
    async startManager() {
      const token = (await cluster.kubectl('create', 'token', 'keyferry', '-n', home)).trim()
      manager = await startManager(cluster, { token, args: managerArgs })
    },
    async [Symbol.asyncDispose]() {
      await manager?.[Symbol.asyncDispose]()
      await certManager[Symbol.asyncDispose]()
      await cluster[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const managerArgs = Object.entries({
  '--controllers': 'external-secrets,issuers',
  '--external-secrets-service-account': `${home}/keyferry-external-secrets`,
  '--issuer-service-account': `${home}/keyferry-issuer`,
  '--cluster-resource-namespace': home,
}).flat()
