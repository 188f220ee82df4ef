import type { PolicyRule } from '../runtime/policy-rule.ts'

/** What looking after ExternalSecrets needs. No `update`, and `delete` only where it is granted besides. */
export const externalSecretRules: readonly PolicyRule[] = [
  { apiGroups: ['external-secrets.io'], resources: ['externalsecrets'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['external-secrets.io'], resources: ['externalsecrets/status'], verbs: ['patch'] },
  // For finalizers alone: ours, on those that hold leases of dynamic items, for deleting them revokes the credentials first;
  // and ESO's, which is taken off what is deleted.
  { apiGroups: ['external-secrets.io'], resources: ['externalsecrets'], verbs: ['patch'] },
  // list and watch are asked for metadata only; get is for the one Secret that is not ours, before it is judged.
  // Templates lie in Secrets and in ConfigMaps.
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch', 'create', 'patch'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] },
]

/** For whoever wants workloads restarted when their Secret has new data (--enable-rollout-restart). */
export const rolloutRestartRules: readonly PolicyRule[] = [
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ['patch'] },
  { apiGroups: ['argoproj.io'], resources: ['rollouts'], verbs: ['patch'] },
]

/**
 * For whoever wants Secrets to go with their items (deletionPolicy Delete) or with their old name. Without it an Event
 * or the status names what was left.
 */
export const secretDeletionRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['delete'] },
]
