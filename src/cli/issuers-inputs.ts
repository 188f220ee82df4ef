import type { ExternalIssuer } from '../api/externalissuer.ts'
import type { IssuerKindName } from '../issuer/issuer-name.ts'
import { type InputKind, issuersReading } from '../issuer/issuer-wake.ts'
import type { OpenedSigners } from '../issuer/opened-signers.ts'
import type { Client } from '../kube/client.ts'
import { isForbidden } from '../kube/errors.ts'
import { configMapKind, type Kind, secretKind } from '../kube/kind.ts'
import { type KubeObject, keyOf, type ObjectKey, type ObjectRef } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'
import { type Watch, watch } from '../runtime/watch.ts'
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

/** Wakes issuers when what they read in a cluster resource namespace changes. */
export function inputWatches(
  kind: IssuerKindName,
  { store }: Informer<ExternalIssuer>,
  inputs: readonly (readonly [InputKind, Informer<KubeObject>])[],
  signers: OpenedSigners,
): readonly Watch[] {
  return inputs.map(([input, informer]) =>
    watch(informer, ({ initial, now, old }) => {
      const object = now ?? old
      // What the first list brings was there before: it is no news.
      if (initial || object === undefined) return []
      const named = issuersReading(store, input, object.metadata)
      return [...named, ...readersOf(signers, kind, input, object.metadata)]
    }),
  )
}

/** The issuers of a kind that read an object which their specs do not name. */
export function readersOf(
  signers: OpenedSigners,
  kind: IssuerKindName,
  input: InputKind,
  at: ObjectRef,
): readonly ObjectKey[] {
  return signers.readersOf(input, at).flatMap((it) => (it.kind === kind ? [keyOf(it)] : []))
}
