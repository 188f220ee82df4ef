import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '../../src/kube/client.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { inTime } from '../cluster/in-time.ts'
import { kindOfManifest } from './written-kinds.ts'

type Kubectl = (...args: readonly string[]) => Promise<unknown>

/** Applies manifests in their order, in this process; those with kinds of others among them go through kubectl. */
export async function applyAll(client: Client, kubectl: Kubectl, objects: readonly object[]): Promise<void> {
  const manifests = objects as readonly KubeObject[]
  if (!manifests.every((it) => kindOfManifest(it) !== undefined)) return applyByKubectl(kubectl, manifests)
  for (const it of manifests) await applyOne(client, it)
}

/** Applies one manifest of a kind that tests write. */
export async function applyOne(client: Client, object: KubeObject): Promise<void> {
  const kind = kindOfManifest(object)
  if (kind === undefined) throw new Error(`tests write no kind "${object.kind}" of ${object.apiVersion}`)
  await client.apply(kind, object, { fieldManager: 'a-user', force: true, signal: inTime() })
}

/** As users do it: what the API server refuses is told in its own words. */
export async function applyByKubectl(kubectl: Kubectl, objects: readonly object[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-manifest-'))
  const file = join(directory, 'list.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  await kubectl('apply', '--server-side', '--force-conflicts', '--field-manager=a-user', '-f', file)
  await rm(directory, { recursive: true })
}
