import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseAllDocuments } from 'yaml'
import { textsOf } from '../externalsecret/source-reader.ts'
import type { TemplateSource } from '../externalsecret/template-sources.ts'
import type { KubeObject } from '../kube/object.ts'
import { Failure } from '../std/failure.ts'

/** An object of a manifest, of any kind. */
export type Manifest = KubeObject & {
  readonly data?: Readonly<Record<string, string>>
  readonly stringData?: Readonly<Record<string, string>>
}

/** The objects of files; `-` is stdin. Lists are taken apart. Throws Failure that names the file. */
export async function readManifests(files: readonly string[]): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = []
  for (const file of files) manifests.push(...manifestsIn(await readText(file), file))
  return manifests
}

/** A file as text; `-` is stdin. Throws Failure that names the file. */
export async function readText(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    throw unreadable(file, code === 'ENOENT' ? 'there is no such file' : `the system says ${code}`)
  }
}

function manifestsIn(yaml: string, file: string): readonly Manifest[] {
  const documents = parseAllDocuments(yaml, { logLevel: 'silent' })
  return [...documents].flatMap((document, index) => {
    const [error] = document.errors
    // The parser's own words quote the text, which may be that of a Secret.
    if (error !== undefined)
      throw unreadable(file, `it is not YAML at line ${error.linePos?.[0].line ?? '?'} (${error.code})`)
    const title = `${file}, document ${index + 1}`
    return objectsIn(valueOf(document, title), title)
  })
}

/** An alias without its anchor may be a value that begins with `*`; aliases of aliases may be without end. */
function valueOf(document: { toJS(): unknown }, title: string): unknown {
  try {
    return document.toJS()
  } catch {
    throw unreadable(title, 'it has an alias (*name) that cannot be resolved; quote texts that begin with *')
  }
}

function objectsIn(value: unknown, title: string): readonly Manifest[] {
  if (value === null || value === undefined) return []
  if (isList(value)) return value.items.flatMap((it, index) => objectsIn(it, `${title}, item ${index + 1}`))
  if (isObject(value)) return [value]
  throw unreadable(title, 'it holds no object with apiVersion, kind and metadata.name')
}

function isList(value: unknown): value is { readonly items: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)
}

function isObject(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('metadata' in value))
    return false
  const { metadata } = value
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'name' in metadata &&
    typeof metadata.name === 'string'
  )
}

/** The ExternalSecrets to render. Throws Failure when there is none. */
export function externalSecretsIn(
  manifests: readonly Manifest[],
  files: readonly string[],
): readonly Manifest[] {
  const found = manifests.filter(
    (it) => it.kind === 'ExternalSecret' && groupOf(it) === 'external-secrets.io',
  )
  if (found.length > 0) return found
  throw unreadable(files.join(', '), 'there is no ExternalSecret of external-secrets.io in it')
}

function groupOf({ apiVersion }: Manifest): string | undefined {
  return typeof apiVersion === 'string' ? apiVersion.split('/')[0] : undefined
}

/** The templates of a ConfigMap or a Secret; a manifest without a namespace stands for every one. */
export function sourceIn(
  manifests: readonly Manifest[],
  { kind, name }: TemplateSource,
  namespace: string | undefined,
): ReadonlyMap<string, Uint8Array> | undefined {
  const found = manifests.findLast(
    (it) =>
      it.kind === kind && it.metadata.name === name && [undefined, namespace].includes(it.metadata.namespace),
  )
  if (found === undefined) return undefined
  const plain = Object.entries(found.stringData ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const)
  return new Map([...textsOf(kind, found), ...(kind === 'Secret' ? plain : [])])
}

function unreadable(title: string, why: string): Failure {
  return new Failure('InvalidFlags', `Cannot read ${title}: ${why}`, { userMustAct: true })
}
