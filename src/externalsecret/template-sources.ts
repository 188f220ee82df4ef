import { createHash } from 'node:crypto'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { ReadStore } from '../runtime/store.ts'

/** An object of the ExternalSecret's own namespace that holds templates. */
export interface TemplateSource {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
}

/** Metadata of what may hold templates, kept by watches; the templates themselves are read live, by name. */
export interface SourceCaches {
  readonly secrets: ReadStore<KubeObject>
  readonly configMaps: ReadStore<KubeObject>
}

/** Where the templates of an ExternalSecret lie, each once. Takes a raw object of any shape. */
export function templateSourcesOf(object: Partial<Pick<ExternalSecret, 'spec'>>): readonly TemplateSource[] {
  const entries: unknown = object.spec?.target?.template?.templateFrom
  if (!Array.isArray(entries)) return []
  const sources = entries.flatMap((it: Record<string, unknown> | null) => [
    ...sourceNamed('ConfigMap', it?.['configMap']),
    ...sourceNamed('Secret', it?.['secret']),
  ])
  return [...new Map(sources.map((it) => [`${it.kind}/${it.name}`, it])).values()]
}

function sourceNamed(kind: TemplateSource['kind'], ref: unknown): readonly TemplateSource[] {
  if (typeof ref !== 'object' || ref === null || !('name' in ref)) return []
  return typeof ref.name === 'string' ? [{ kind, name: ref.name }] : []
}

/** The value under which an index holds the users of a source. */
export function sourceIndexValue(kind: TemplateSource['kind'], key: ObjectKey): string {
  return `${kind}/${key}`
}

/**
 * Another text whenever a source of templates is another one than before; empty where there is none. To be taken
 * before the sources are read: what changes in between then makes another sync due.
 */
export function sourcesVersionOf(object: ExternalSecret, caches: SourceCaches): string {
  const sources = templateSourcesOf(object)
  if (sources.length === 0) return ''
  const { namespace } = object.metadata
  const versions = sources.map(({ kind, name }) => {
    const store = kind === 'Secret' ? caches.secrets : caches.configMaps
    const { uid = '', resourceVersion = '' } = store.get(keyOf({ namespace, name }))?.metadata ?? {}
    return [kind, name, uid, resourceVersion]
  })
  return createHash('sha256').update(JSON.stringify(versions)).digest('hex').slice(0, 16)
}
