import type { CertificateRequest } from '../api/certificaterequest.ts'
import type { CertificateSigningRequest } from '../api/certificatesigningrequest.ts'
import {
  type ExternalIssuer,
  externalClusterIssuerKind,
  externalIssuerKind,
  issuerGroup,
} from '../api/externalissuer.ts'
import { certificateRequestForm, slimRequest } from '../issuer/certificate-request.ts'
import type { IssuerKindName, IssuerName } from '../issuer/issuer-name.ts'
import { issuerIndexers } from '../issuer/issuer-wake.ts'
import { kubernetesRequestForm, slimKubernetesRequest } from '../issuer/kubernetes-request.ts'
import { requestIndexers } from '../issuer/request-wake.ts'
import type { Kind } from '../kube/kind.ts'
import { type KubeObject, keyOf } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'
import type { ManagerFlags } from './flags.ts'
import type { InformerFactory } from './informers.ts'
import { inputInformer } from './issuers-inputs.ts'

/** Everything the issuer half keeps a view of; no Secret outside the namespaces that it was given for that. */
export interface IssuerCaches {
  readonly issuers: Informer<ExternalIssuer>
  /** Cluster kinds are off while namespaces are named. */
  readonly clusterIssuers: Informer<ExternalIssuer> | undefined
  readonly requests: Informer<CertificateRequest>
  readonly kubernetesRequests: Informer<CertificateSigningRequest> | undefined
  /** Metadata of what cluster issuers read; absent when they were given no namespace. */
  readonly inputs: readonly (readonly ['Secret' | 'ConfigMap', Informer<KubeObject>])[]
}

/** `homes` makes the informers of the cluster resource namespaces; absent when there are none. */
export function createIssuerCaches(
  flags: ManagerFlags,
  informers: InformerFactory,
  homes: InformerFactory | undefined,
): IssuerCaches {
  const isClusterWide = flags.namespace.length === 0
  const issuers = (kind: Kind) =>
    informers.create<ExternalIssuer>({
      title: kind.plural,
      selection: { kind },
      indexers: issuerIndexers(flags.clusterResourceNamespace),
      // This half runs by default, also where only the other one was given rights.
      mayBeForbidden: true,
    })
  return {
    issuers: issuers(externalIssuerKind),
    clusterIssuers: isClusterWide ? issuers(externalClusterIssuerKind) : undefined,
    requests: certificateRequests(informers),
    kubernetesRequests:
      flags.enableKubernetesCsr && isClusterWide ? kubernetesRequests(informers) : undefined,
    inputs:
      homes === undefined
        ? []
        : [
            ['Secret', inputInformer(homes, 'Secret')],
            ['ConfigMap', inputInformer(homes, 'ConfigMap')],
          ],
  }
}

function certificateRequests(informers: InformerFactory): Informer<CertificateRequest> {
  const { kind } = certificateRequestForm
  return informers.create<CertificateRequest>({
    title: kind.plural,
    selection: { kind, fieldSelector: `spec.issuerRef.group=${issuerGroup}` },
    transform: (object) => slimRequest(object) as CertificateRequest,
    unselected: (request) => certificateRequestForm.parse(request)?.spec.issuerRef.group === issuerGroup,
    indexers: requestIndexers(certificateRequestForm),
  })
}

function kubernetesRequests(informers: InformerFactory): Informer<CertificateSigningRequest> {
  const { kind } = kubernetesRequestForm
  return informers.create<CertificateSigningRequest>({
    title: kind.plural,
    selection: { kind },
    transform: (object) => slimKubernetesRequest(object) as CertificateSigningRequest,
    indexers: requestIndexers(kubernetesRequestForm),
  })
}

/** The issuer informers that there are, by kind. */
export function issuerInformersOf(
  caches: IssuerCaches,
): readonly (readonly [IssuerKindName, Informer<ExternalIssuer>])[] {
  const { issuers, clusterIssuers } = caches
  const cluster = clusterIssuers === undefined ? [] : [['ExternalClusterIssuer', clusterIssuers] as const]
  return [['ExternalIssuer', issuers], ...cluster]
}

/** An issuer as the cache has it. */
export function findIssuer(caches: IssuerCaches, issuer: IssuerName): ExternalIssuer | undefined {
  const informer = issuer.kind === 'ExternalIssuer' ? caches.issuers : caches.clusterIssuers
  return informer?.store.get(keyOf(issuer))
}
