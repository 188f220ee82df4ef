import { externalIssuerKind } from '../../src/api/externalissuer.ts'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { secretStoreKind } from '../../src/api/secretstore.ts'
import type { PolicyRule } from '../../src/runtime/policy-rule.ts'

/** Cluster kinds, status and finalizers are not for whoever edits a namespace (S18). */
const kinds = [externalSecretKind, secretStoreKind, externalIssuerKind]

/** For whoever may view a namespace. */
export const viewRules: readonly PolicyRule[] = withVerbs(['get', 'list', 'watch'])

/** For whoever may edit a namespace; view comes to them besides. */
export const editRules: readonly PolicyRule[] = withVerbs(['create', 'delete', 'patch', 'update'])

/** Labels by which Kubernetes adds a ClusterRole to its own roles for users. */
export function aggregatedTo(...roles: readonly ('view' | 'edit' | 'admin')[]): Record<string, string> {
  return Object.fromEntries(roles.map((it) => [`rbac.authorization.k8s.io/aggregate-to-${it}`, 'true']))
}

function withVerbs(verbs: readonly string[]): readonly PolicyRule[] {
  return kinds.map(({ group, plural }) => ({ apiGroups: [group], resources: [plural], verbs }))
}
