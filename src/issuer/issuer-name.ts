import { externalClusterIssuerKind, externalIssuerKind, issuerGroup } from '../api/externalissuer.ts'
import type { Kind } from '../kube/kind.ts'
import { keyOf, type ObjectRef } from '../kube/object.ts'

export type IssuerKindName = 'ExternalIssuer' | 'ExternalClusterIssuer'

/** An issuer as requests name it; the cluster kind has no namespace. */
export interface IssuerName extends ObjectRef {
  readonly kind: IssuerKindName
}

export const issuerKinds: Readonly<Record<IssuerKindName, Kind>> = {
  ExternalIssuer: externalIssuerKind,
  ExternalClusterIssuer: externalClusterIssuerKind,
}

/** The issuer that an object of one of our kinds is. */
export function nameOf(kind: IssuerKindName, { name, namespace }: ObjectRef): IssuerName {
  return kind === 'ExternalIssuer' ? { kind, namespace, name } : { kind, name }
}

/** One word per issuer: `ExternalIssuer/shop/corp-pki`. */
export function issuerKeyOf(issuer: IssuerName): string {
  return `${issuer.kind}/${keyOf(issuer)}`
}

/** For people: `ExternalIssuer shop/corp-pki`. */
export function titleOf(issuer: IssuerName): string {
  return `${issuer.kind} ${keyOf(issuer)}`
}

/**
 * The issuer that `spec.issuerRef` of a request means; undefined when it is none of ours. The group must be ours to
 * the letter: an empty one means cert-manager's own. An empty kind means the namespaced one, as for cert-manager.
 */
export function issuerOfRef(
  ref: { readonly name: string; readonly kind?: string; readonly group?: string },
  namespace: string | undefined,
): IssuerName | undefined {
  if (ref.group !== issuerGroup || ref.name === '') return undefined
  if (ref.kind === 'ExternalClusterIssuer') return { kind: ref.kind, name: ref.name }
  const isNamespaced = ref.kind === undefined || ref.kind === '' || ref.kind === 'ExternalIssuer'
  return isNamespaced ? { kind: 'ExternalIssuer', namespace, name: ref.name } : undefined
}

const signerNamePrefix = `${externalClusterIssuerKind.plural}.${issuerGroup}/`

/**
 * The issuer that `spec.signerName` of a Kubernetes CertificateSigningRequest means; undefined when it is none of ours.
 * Only the cluster kind can be meant: such a request has no namespace. Names may have dots.
 */
export function issuerOfSignerName(signerName: string): IssuerName | undefined {
  const name = signerName.startsWith(signerNamePrefix) ? signerName.slice(signerNamePrefix.length) : ''
  return name === '' || name.includes('/') ? undefined : { kind: 'ExternalClusterIssuer', name }
}
