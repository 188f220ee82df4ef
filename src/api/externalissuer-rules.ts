import type { ExternalIssuerSpec } from './externalissuer.ts'
import { type Violation, when } from './violation.ts'

const signerTypes = ['pki', 'mockca']

/**
 * Every rule that the spec of an issuer breaks beyond its shape. The CRD states those that do not need the operator's
 * flags for the API server as well (design section 7, S5). `namespace` is that of an ExternalIssuer, `homes` are the
 * namespaces that an ExternalClusterIssuer may name.
 */
export function issuerViolations(
  spec: ExternalIssuerSpec,
  place: { readonly namespace: string | undefined; readonly homes: readonly string[] },
): readonly Violation[] {
  const { signerType, configRef, authSecretRef, allowedNamespaces } = spec
  return [
    ...when(!signerTypes.includes(signerType), 'spec.signerType', 'must be pki or mockca'),
    ...when(
      signerType === 'pki' && configRef === undefined,
      'spec.configRef',
      'is missing: signerType pki needs the ConfigMap with pki.yaml',
    ),
    ...when(
      place.namespace !== undefined && allowedNamespaces !== undefined,
      'spec.allowedNamespaces',
      'is for an ExternalClusterIssuer only',
    ),
    ...misplaced(configRef?.namespace, 'spec.configRef', place),
    ...misplaced(authSecretRef?.namespace, 'spec.authSecretRef', place),
    ...when(
      place.namespace === undefined && place.homes.length === 0 && (configRef ?? authSecretRef) !== undefined,
      'spec.configRef',
      'an ExternalClusterIssuer needs the flag --cluster-resource-namespace: there is no namespace it may read',
    ),
  ]
}

function misplaced(
  named: string | undefined,
  path: string,
  { namespace, homes }: { readonly namespace: string | undefined; readonly homes: readonly string[] },
): readonly Violation[] {
  if (named === undefined) return []
  if (namespace !== undefined) {
    const rule = `is "${named}", but an ExternalIssuer may only use its own namespace "${namespace}"; leave it out`
    return when(named !== namespace, `${path}.namespace`, rule)
  }
  const rule = `is "${named}", which is no --cluster-resource-namespace of the operator`
  return when(!homes.includes(named), `${path}.namespace`, rule)
}
