import type { ExternalIssuerSpec, IssuerReference } from '../api/externalissuer.ts'
import { issuerViolations } from '../api/externalissuer-rules.ts'
import { violationsText } from '../api/violation.ts'
import { SignFailure } from '../signer/sign-failure.ts'

/** From where the references of an issuer are resolved. */
export interface Place {
  /** That of an ExternalIssuer; undefined for the cluster kind. */
  readonly namespace: string | undefined
  /** The namespaces that an ExternalClusterIssuer may read (--cluster-resource-namespace); the first is the default. */
  readonly homes: readonly string[]
}

/** Throws SignFailure InvalidConfig that names every broken rule of a spec, those of S1 and S2 among them. */
export function refuseInvalid(spec: ExternalIssuerSpec, place: Place): void {
  const violations = issuerViolations(spec, place)
  if (violations.length > 0)
    throw new SignFailure('InvalidConfig', `Cannot use the issuer: ${violationsText(violations)}`)
}

/**
 * The namespace in which a reference is resolved: the one rule of S1 and S2, for a spec that `refuseInvalid` let
 * through. Undefined when there is none.
 */
export function namespaceOf(
  ref: IssuerReference | undefined,
  { namespace, homes }: Place,
): string | undefined {
  return namespace ?? ref?.namespace ?? homes[0]
}

/** The namespace of everything that the configuration itself names, such as a CA bundle. */
export function homeOf(spec: ExternalIssuerSpec, place: Place): string | undefined {
  return namespaceOf(spec.configRef ?? spec.authSecretRef, place)
}
