import { failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'

/** From where a store's references are resolved. */
export type Scope =
  | { readonly kind: 'SecretStore'; readonly namespace: string }
  /** `requester` is the namespace of the ExternalSecret; absent while the store itself is looked at. */
  | { readonly kind: 'ClusterSecretStore'; readonly requester?: string | undefined }

/**
 * The namespace in which a reference is resolved: the one rule of S1 and S2. A SecretStore reaches its own namespace
 * only. A ClusterSecretStore reaches the namespace it names, else that of the ExternalSecret that uses it. Throws
 * InvalidSpec for a foreign namespace, and `ReferentIdentity` when there is no ExternalSecret yet to take it from.
 */
export function namespaceFor(scope: Scope, named: string | undefined, path: string): string {
  const asked = named === '' ? undefined : named
  if (scope.kind === 'SecretStore') {
    if (asked === undefined || asked === scope.namespace) return scope.namespace
    const rule = `a SecretStore may only use its own namespace "${scope.namespace}"; leave ${path}.namespace out`
    throw failure('InvalidSpec', `Cannot use ${path}: namespace is "${asked}", but ${rule}`)
  }
  const namespace = asked ?? scope.requester
  if (namespace === undefined)
    throw new Failure(referentIdentity, referentMessage(path), { userMustAct: false })
  return namespace
}

/** Reason of a ClusterSecretStore whose identity comes from the namespace of each ExternalSecret. */
export const referentIdentity = 'ReferentIdentity'

/** True when only an ExternalSecret can tell the namespace: no fault of the store. */
export function isReferent(error: unknown): boolean {
  return error instanceof Failure && error.reason === referentIdentity
}

function referentMessage(path: string): string {
  return `Cannot resolve ${path} without an ExternalSecret: it names no namespace`
}
