import { stringify } from 'yaml'
import { identityRules } from '../../src/cli/api-server.ts'
import { rolloutRestartRules, secretDeletionRules } from '../../src/externalsecret/rules.ts'
import {
  approverRules,
  issuerInputRules,
  issuerTokenRules,
  kubernetesRequestRules,
  refreshTokenRules,
} from '../../src/issuer/rules.ts'
import { leaseRules } from '../../src/runtime/leader.ts'
import type { PolicyRule } from '../../src/runtime/policy-rule.ts'
import { storeTokenRules } from '../../src/store/reconcile.ts'
import { type GeneratedFile, generatedHeader } from './file.ts'
import { externalSecretsHalf, issuersHalf } from './half-rules.ts'
import { splitByScope } from './rule-scope.ts'
import { aggregatedTo, editRules, viewRules } from './user-rules.ts'

/** A ClusterRole and the rules that the sources state for it, beside the code that needs them. */
export interface RoleSource {
  readonly name: string
  readonly rules: readonly PolicyRule[]
  /** A Role, to be applied in the namespaces where it is to hold. */
  readonly isNamespaced?: boolean
  /** Labels that aggregate it into roles of users. */
  readonly labels?: Readonly<Record<string, string>>
}

/** What each half of the manager may do, from the rules beside the code; each becomes `config/rbac/NAME.yaml`. */
const roles: readonly RoleSource[] = [
  { name: 'keyferry-external-secrets', rules: [...externalSecretsHalf, ...storeTokenRules] },
  // Bound to nobody by default.
  { name: 'keyferry-external-secrets-delete', rules: secretDeletionRules },
  { name: 'keyferry-rollout-restart', rules: rolloutRestartRules },
  { name: 'keyferry-leader-election', rules: leaseRules('keyferry') },
  { name: 'keyferry-identities', rules: identityRules },
  { name: 'keyferry-issuer', rules: issuersHalf },
  { name: 'keyferry-issuer-inputs', rules: issuerInputRules, isNamespaced: true },
  // Bound to nobody by default; the last two are templates whose name is to be put in.
  { name: 'keyferry-issuer-kubernetes-csr', rules: kubernetesRequestRules },
  { name: 'keyferry-issuer-approver', rules: approverRules },
  { name: 'keyferry-issuer-token', rules: issuerTokenRules, isNamespaced: true },
  { name: 'keyferry-issuer-refresh-token', rules: refreshTokenRules, isNamespaced: true },
  { name: 'keyferry-view', rules: viewRules, labels: aggregatedTo('view') },
  { name: 'keyferry-edit', rules: editRules, labels: aggregatedTo('edit', 'admin') },
]

/** `config/rbac`, a file for each role. */
export function rbacFiles(sources: readonly RoleSource[] = roles): readonly GeneratedFile[] {
  return sources.map((source) => ({
    path: `config/rbac/${source.name}.yaml`,
    text: generatedHeader + stringify(role(source)),
  }))
}

function role({ name, rules, isNamespaced = false, labels }: RoleSource): object {
  const kind = isNamespaced ? 'Role' : 'ClusterRole'
  const metadata = labels === undefined ? { name } : { name, labels }
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, rules: mergeRules(rules) }
}

/**
 * One rule per set of groups, resources and names, with all verbs that any source asks for it, in a stable order:
 * with what lives in no namespace in rules of its own. No right is added by merging.
 */
export function mergeRules(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const merged = new Map<string, PolicyRule>()
  for (const rule of rules.flatMap(splitByScope).map(sorted)) {
    const { verbs, ...subject } = rule
    const key = [subject.apiGroups, subject.resources, subject.resourceNames ?? []].join(';')
    merged.set(key, { ...subject, verbs: unique([...(merged.get(key)?.verbs ?? []), ...verbs]) })
  }
  return [...merged].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule)
}

function sorted({ apiGroups, resources, resourceNames, verbs }: PolicyRule): PolicyRule {
  const names = resourceNames === undefined ? {} : { resourceNames: unique(resourceNames) }
  return { apiGroups: unique(apiGroups), resources: unique(resources), ...names, verbs: unique(verbs) }
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)].toSorted()
}
