import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, sourceFolder } from '../cluster/binaries.ts'
import { start } from '../cluster/process.ts'
import { buildImage } from '../image/build.ts'
import { type NodeAkeyless, startAkeylessOn } from '../node/akeyless.ts'
import { importArchive } from '../node/images.ts'
import { entering, reaching } from '../node/namespaces.ts'
import { kubectlOn, type NodeFacts, startNode } from '../node/node.ts'
import { ownName, removeDead, removeNode } from '../node/remains.ts'
import { makeFolder, runBlock, type Stage } from './stage.ts'

const tag = 'readme'
const say = (line: string) => process.stderr.write(`${line}\n`)

/** A real node that has the image, with an Akeyless beside it. */
export interface NodeStage extends Stage {
  readonly hasPods: true
  readonly akeyless: NodeAkeyless
  /** Gives the reader a file. */
  write(name: string, text: string): Promise<void>
}

/** Starts a node that has an image of this tree, cert-manager's controllers, and an Akeyless that lets read /prod. */
export async function startNodeStage(): Promise<NodeStage> {
  await removeDead()
  const name = ownName()
  const { archive } = await buildImage({ tag, progress: say })
  const node = await startNode(name, { progress: say })
  try {
    await importArchive(node, archive)
    await startCertManager(node)
    return await describe(node, await startAkeylessOn(node, '/prod/*'))
  } catch (error) {
    await removeNode(name)
    throw error
  }
}

async function describe(node: NodeFacts, akeyless: NodeAkeyless): Promise<NodeStage> {
  const folder = await makeFolder()
  const image = { registry: 'keyferry.test', tag }
  const shell = { folder: folder.path, kubeconfigFile: node.kubeconfigFile, image }
  return {
    hasPods: true,
    akeyless,
    run: (block) =>
      runBlock(shell, block, (command, args) => reaching(node.namespaces.network, command, args)),
    write: (name, text) => writeFile(join(folder.path, name), text),
    async [Symbol.asyncDispose]() {
      await akeyless[Symbol.asyncDispose]()
      await removeNode(node.name)
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** As a process of the node, with which it ends: its own chart would run it as a pod. */
async function startCertManager(node: NodeFacts): Promise<void> {
  const folder = await sourceFolder('certmanager', 'github.com/cert-manager/cert-manager')
  await kubectlOn(node, 'apply', '--server-side', '-f', join(folder, 'deploy/crds'))
  await kubectlOn(node, 'wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all')
  const program = await findProgram('cert-manager', say)
  const args = [`--kubeconfig=${node.kubeconfigFile}`, '--namespace=', '--without=', '--gateway-api=false']
  const rest = ['--cluster-resource-namespace=cert-manager', '--backoff=3600s']
  const logFile = join(node.directory, 'cert-manager.log')
  start(...entering(node.namespaces, program, [...args, ...rest]), { logFile })
}
