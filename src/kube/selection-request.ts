import { apiVersionOf } from './kind.ts'
import type { KubeObject } from './object.ts'
import { collectionPath, withQuery } from './path.ts'
import type { Selection } from './reflector.ts'

const asMetadata = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1`

/** The path and query that list or watch a selection, with these query parameters beside its selectors. */
export function pathOf(selection: Selection, parameters: Readonly<Record<string, string>>): string {
  const { kind, namespace, labelSelector, fieldSelector } = selection
  return withQuery(collectionPath(kind, namespace), { ...parameters, labelSelector, fieldSelector })
}

/** The headers that ask for whole objects or for metadata only; no second choice, so that data never comes instead. */
export function headersOf(selection: Selection, verb: 'list' | 'watch'): Readonly<Record<string, string>> {
  if (selection.metadataOnly !== true) return { accept: 'application/json' }
  return { accept: asMetadata(verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata') }
}

/** What messages and logs call a selection: `secrets in apps`, `externalsecrets.external-secrets.io`. */
export function titleOf({ kind, namespace }: Selection): string {
  const name = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`
  return namespace === undefined ? name : `${name} in ${namespace}`
}

/** A list item as a watch would bring it: list items of built-in kinds come without apiVersion and kind. */
export function withType(item: KubeObject, { kind, metadataOnly }: Selection): KubeObject {
  if (item.kind !== undefined && item.apiVersion !== undefined) return item
  return metadataOnly === true
    ? { ...item, apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' }
    : { ...item, apiVersion: apiVersionOf(kind), kind: kind.kind }
}
