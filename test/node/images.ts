import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pauseImage } from './configs.ts'
import { entering, type Namespaces } from './namespaces.ts'
import { writeArchive } from './oci-archive.ts'
import { run } from './run.ts'

interface Place {
  readonly directory: string
  readonly namespaces: Namespaces
}

/** Loads an OCI archive for the node's pods, under the name that it says. */
export async function importArchive(node: Place, archive: string): Promise<void> {
  await ctr(node, 'images', 'import', archive)
}

/** Kills the process of a container by SIGKILL, as the kernel would; the API server is not told. */
export async function killContainer(node: Place, containerId: string): Promise<void> {
  await ctr(node, 'tasks', 'kill', '--signal', 'SIGKILL', containerId.replace('containerd://', ''))
}

async function ctr({ directory, namespaces }: Place, ...args: readonly string[]): Promise<void> {
  const ours = ['--address', join(directory, 'containerd.sock'), '--namespace', 'k8s.io']
  await run(...entering(namespaces, 'ctr', [...ours, ...args]))
}

/** Makes the image of the process that holds a pod's namespaces, and gives its archive. */
export async function writePauseImage(directory: string, program: string): Promise<string> {
  const root = join(directory, 'pause')
  await mkdir(root)
  await copyFile(program, join(root, 'pause'))
  const archive = join(directory, 'pause.tar')
  await writeArchive(root, archive, { reference: pauseImage, entrypoint: ['/pause'] })
  return archive
}
