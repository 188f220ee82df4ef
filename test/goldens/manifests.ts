import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from '../../src/kube/object.ts'

/** Where all goldens live: ESO's label `created-by` is a digest of it. Stores name it as their controller class too. */
export const namespace = 'goldens'

/** One file of manifests; its ExternalSecrets are goldens, what else it holds is there for them. */
export interface ManifestFile {
  readonly name: string
  readonly objects: readonly KubeObject[]
}

/** The manifests of the first state, in the order of their files' names. */
export async function manifestFiles(): Promise<readonly ManifestFile[]> {
  const directory = join(import.meta.dirname, 'manifests')
  const files = (await readdir(directory)).filter((it) => it.endsWith('.yaml')).toSorted()
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.yaml$/, ''),
      objects: await objectsOf(join(directory, file)),
    })),
  )
}

/** What is applied between the first state and the second. */
export function changedManifests(): Promise<readonly KubeObject[]> {
  return objectsOf(join(import.meta.dirname, 'changed/changes.yaml'))
}

/** The stores that all goldens read from, with the stand-in's address in its place. */
export function storeManifests(akeylessUrl: string): Promise<readonly KubeObject[]> {
  return objectsOf(join(import.meta.dirname, 'stores.yaml'), (text) =>
    text.replaceAll('AKEYLESS_URL', akeylessUrl),
  )
}

/** The names of the Secrets that each ExternalSecret writes, in all its versions. */
export function targetsOf(objects: readonly KubeObject[]): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>()
  for (const { metadata, ...rest } of objects.filter((it) => it.kind === 'ExternalSecret')) {
    const { spec } = rest as { spec?: { target?: { name?: string } } }
    const known = targets.get(metadata.name) ?? []
    const name = spec?.target?.name ?? metadata.name
    targets.set(metadata.name, known.includes(name) ? known : [...known, name])
  }
  return targets
}

async function objectsOf(
  file: string,
  edit: (text: string) => string = (it) => it,
): Promise<readonly KubeObject[]> {
  const documents = parseAllDocuments(edit(await readFile(file, 'utf8')))
  const objects = documents.map((it) => it.toJS() as KubeObject)
  return objects.map((it) => (it.kind?.startsWith('Cluster') ? it : inNamespace(it)))
}

function inNamespace(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace } }
}
