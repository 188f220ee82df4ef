import type { ExternalIssuer } from '../api/externalissuer.ts'
import { keyOf, type ObjectKey, type ObjectRef } from '../kube/object.ts'
import type { Indexers, ReadStore } from '../runtime/store.ts'
import { namespaceOf, type Place } from './issuer-place.ts'

const byInput = 'input'

export type InputKind = 'Secret' | 'ConfigMap'

/** How issuers are found from the objects that their specs name. */
export function issuerIndexers(homes: readonly string[]): Indexers<ExternalIssuer> {
  return {
    [byInput]: ({ metadata, spec }) => {
      const place: Place = { namespace: metadata.namespace, homes }
      const of = (kind: InputKind, ref: { name: string; namespace?: string } | undefined) =>
        ref === undefined ? [] : [inputOf(kind, { namespace: namespaceOf(ref, place), name: ref.name })]
      return [...of('ConfigMap', spec?.configRef), ...of('Secret', spec?.authSecretRef)]
    },
  }
}

/** The issuers whose specs name an object (I8). */
export function issuersReading(
  issuers: ReadStore<ExternalIssuer>,
  kind: InputKind,
  at: ObjectRef,
): readonly ObjectKey[] {
  return issuers.byIndex(byInput, inputOf(kind, at)).map((it) => keyOf(it.metadata))
}

function inputOf(kind: InputKind, at: ObjectRef): string {
  return `${kind}/${keyOf(at)}`
}
