import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Client } from '../kube/client.ts'
import { configMapKind, secretKind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ReadSource } from './template-jobs.ts'

type DataObject = KubeObject & { readonly data?: Readonly<Record<string, string>> }

/** Reads templates live from the ExternalSecret's own namespace, and from no other. */
export function sourceReader(object: ExternalSecret, client: Client, signal: AbortSignal): ReadSource {
  const { namespace } = object.metadata
  return async ({ kind, name }) => {
    const apiKind = kind === 'Secret' ? secretKind : configMapKind
    const found = await client.find<DataObject>(apiKind, { namespace, name }, { signal })
    return found === undefined ? undefined : textsOf(kind, found)
  }
}

/** The keys and texts of a ConfigMap or a Secret as the API server gives it. */
export function textsOf(kind: 'ConfigMap' | 'Secret', { data = {} }: DataObject): Map<string, Uint8Array> {
  const encoding = kind === 'Secret' ? 'base64' : 'utf8'
  return new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, encoding)]))
}
