import type { RuleSet } from '../check/rights.ts'
import { externalSecretRules, rolloutRestartRules, secretDeletionRules } from '../externalsecret/rules.ts'
import { issuerInputRules, issuerRules, kubernetesRequestRules } from '../issuer/rules.ts'
import { refOf } from '../kube/object.ts'
import { eventRules } from '../runtime/events.ts'
import { leaseRules } from '../runtime/leader.ts'
import type { PolicyRule } from '../runtime/policy-rule.ts'
import { rules as storeRules, storeTokenRules } from '../store/reconcile.ts'
import type { CheckFlags } from './check-flags.ts'
import { servedStatusRules } from './served-status.ts'

/** Named by the code, and granted or not as the administrator likes. */
const optionalOfStores: Readonly<Record<string, Pick<RuleSet, 'title' | 'optional' | 'value'>>> = {
  'serviceaccounts/token': {
    title: 'tokens of any ServiceAccount',
    optional: 'each store is asked about its own ServiceAccount below',
    value: 'externalSecrets.tokenRequest',
  },
  tokenreviews: {
    title: 'reviews of JWTs',
    optional: 'without it a refused login cannot be told from a refused JWT',
  },
}

/** The rights of the external-secrets half, from the rules beside its code. */
export function externalSecretsRights({ namespace, enableRolloutRestart }: CheckFlags): readonly RuleSet[] {
  const of = { role: 'ClusterRole keyferry-external-secrets', namespaces: namespace }
  const isOptional = (it: PolicyRule) => optionalOfStores[it.resources[0] ?? ''] !== undefined
  return [
    {
      ...of,
      title: 'external-secrets',
      rules: [...externalSecretRules, ...storeRules.filter((it) => !isOptional(it)), ...eventRules],
    },
    ...[...storeRules, ...storeTokenRules].filter(isOptional).map((it) => ({
      ...of,
      title: '',
      ...optionalOfStores[it.resources[0] ?? ''],
      rules: [it],
    })),
    {
      ...of,
      title: 'news of CRDs',
      rules: servedStatusRules,
      optional: 'without it a changed CRD is noticed after a restart',
    },
    {
      title: 'deletion of Secrets',
      role: 'ClusterRole keyferry-external-secrets-delete',
      value: 'externalSecrets.deleteSecrets',
      namespaces: namespace,
      rules: secretDeletionRules,
      optional: 'only deletionPolicy Delete and renamed targets need it',
    },
    {
      title: 'restarts of workloads',
      role: 'ClusterRole keyferry-rollout-restart',
      value: 'externalSecrets.rolloutRestart',
      namespaces: namespace,
      rules: rolloutRestartRules,
      ...(!enableRolloutRestart && { optional: 'only --enable-rollout-restart needs it' }),
    },
  ]
}

/** The rights of the issuers half. */
export function issuersRights(flags: CheckFlags): readonly RuleSet[] {
  const { namespace, clusterResourceNamespace, enableKubernetesCsr } = flags
  const sets: RuleSet[] = [
    {
      title: 'issuers',
      role: 'ClusterRole keyferry-issuer',
      namespaces: namespace,
      rules: [...issuerRules, ...eventRules],
    },
  ]
  if (clusterResourceNamespace.length > 0)
    sets.push({
      title: 'what cluster issuers read',
      role: 'Role keyferry-issuer-inputs',
      value: 'clusterResourceNamespace',
      namespaces: clusterResourceNamespace,
      rules: issuerInputRules,
    })
  if (enableKubernetesCsr && namespace.length === 0)
    sets.push({
      title: 'CertificateSigningRequests',
      role: 'ClusterRole keyferry-issuer-kubernetes-csr',
      value: 'issuers.kubernetesCSR',
      namespaces: [],
      rules: kubernetesRequestRules,
    })
  return sets
}

/** What the process itself needs: to elect where its Lease is, and to work as its halves. */
export function processRights(flags: CheckFlags, leaseNamespace: string | undefined): readonly RuleSet[] {
  const lease: readonly RuleSet[] =
    leaseNamespace === undefined
      ? []
      : [
          {
            title: 'leader election',
            role: 'Role keyferry-leader-election',
            namespaces: [leaseNamespace],
            rules: leaseRules(flags.leaderElectionId),
          },
        ]
  const accounts = [flags.externalSecretsServiceAccount, flags.issuerServiceAccount]
  return [...lease, ...accounts.flatMap((it) => (it === undefined ? [] : [identityRights(it)]))]
}

function identityRights(account: string): RuleSet {
  const { namespace = '', name } = refOf(account)
  const rule = {
    apiGroups: [''],
    resources: ['serviceaccounts/token'],
    resourceNames: [name],
    verbs: ['create'],
  }
  return {
    title: `work as ${account}`,
    role: 'Role keyferry-identities',
    namespaces: [namespace],
    rules: [rule],
  }
}
