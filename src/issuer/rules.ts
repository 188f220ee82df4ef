import { issuerGroup } from '../api/externalissuer.ts'
import type { PolicyRule } from '../runtime/policy-rule.ts'

/** What signing needs in every namespace: nothing of a Secret or a ConfigMap is in it (M24). */
export const issuerRules: readonly PolicyRule[] = [
  { apiGroups: ['cert-manager.io'], resources: ['certificaterequests'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['cert-manager.io'], resources: ['certificaterequests/status'], verbs: ['patch'] },
  {
    apiGroups: [issuerGroup],
    resources: ['externalissuers', 'externalclusterissuers'],
    verbs: ['get', 'list', 'watch'],
  },
  {
    apiGroups: [issuerGroup],
    resources: ['externalissuers/status', 'externalclusterissuers/status'],
    verbs: ['patch'],
  },
  // The labels of a namespace decide which cluster issuers it may use; asked for metadata only.
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
]

/**
 * What issuers read: bound in the cluster resource namespaces, and in those namespaces whose own issuers the
 * administrator trusts with their Secrets. list and watch are asked for metadata only.
 */
export const issuerInputRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list', 'watch'] },
]

/** Kubernetes' own CertificateSigningRequests, for whoever switches them on. */
export const kubernetesRequestRules: readonly PolicyRule[] = [
  {
    apiGroups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests'],
    verbs: ['get', 'list', 'watch'],
  },
  { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/status'], verbs: ['patch'] },
  {
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    resourceNames: [`externalclusterissuers.${issuerGroup}/*`],
    verbs: ['sign'],
  },
]

/** What cert-manager's approver needs to approve requests for our issuers; it is bound to its account, not to ours. */
export const approverRules: readonly PolicyRule[] = [
  {
    apiGroups: ['cert-manager.io'],
    resources: ['signers'],
    resourceNames: [`externalissuers.${issuerGroup}/*`, `externalclusterissuers.${issuerGroup}/*`],
    verbs: ['approve'],
  },
]

/** Tokens of one ServiceAccount, for PKIs that review them; a template: the name is the administrator's to put in. */
export const issuerTokenRules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['serviceaccounts/token'],
    resourceNames: ['keyferry-pki'],
    verbs: ['create'],
  },
]

/** One Secret that was made for a refresh token that rotates; a template like the one above. */
export const refreshTokenRules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: ['keyferry-refresh-token'],
    verbs: ['get', 'patch'],
  },
]
