import type { InputKind } from '../issuer/issuer-wake.ts'
import type { Client } from '../kube/client.ts'
import { isForbidden } from '../kube/errors.ts'
import { configMapKind, type Kind, secretKind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'
import { createInformers, type InformerDeps, type InformerFactory } from './informers.ts'

const kinds: Readonly<Record<InputKind, Kind>> = { Secret: secretKind, ConfigMap: configMapKind }

/** An informer of what issuers read: names and versions only, never data. */
export function inputInformer(informers: InformerFactory, input: InputKind): Informer<KubeObject> {
  const kind = kinds[input]
  const fieldSelector = input === 'Secret' ? { fieldSelector: 'type!=helm.sh/release.v1' } : {}
  return informers.create<KubeObject>({
    title: `${kind.plural} of issuers`,
    selection: { kind, metadataOnly: true, ...fieldSelector },
    transform: ({ metadata }) => ({ metadata: { ...metadata, labels: {}, annotations: {} } }),
  })
}

/** One for the namespaces of issuers of their own; it comes and goes, so that no metric is kept of it. */
export function openInputs(input: InputKind, deps: InformerDeps): Informer<KubeObject> {
  const { metrics } = deps
  return inputInformer(
    createInformers({ ...deps, metrics: { ...metrics, informer: () => undefined } }),
    input,
  )
}

/** Whether a Role lets us list what issuers read in a namespace; found out by trying. Throws ApiError and TransportError. */
export async function mayList(
  client: Client,
  input: InputKind,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.list(kinds[input], { namespace, limit: 1, metadataOnly: true, signal })
    return true
  } catch (error) {
    if (isForbidden(error)) return false
    throw error
  }
}
