import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubeObject } from '../../src/kube/object.ts'

/** A cluster, for what is done by kubectl. */
export interface Kubectl {
  kubectl(...args: readonly string[]): Promise<string>
}

/** Applies objects as a person would, in one go: what is left out of a second version is taken away. */
export async function applyObjects(cluster: Kubectl, items: readonly KubeObject[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-goldens-'))
  const file = join(directory, 'list.json')
  try {
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await cluster.kubectl('apply', '--server-side', '--force-conflicts', '--field-manager=a-user', '-f', file)
  } finally {
    await rm(directory, { recursive: true })
  }
}
