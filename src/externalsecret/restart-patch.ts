import { createHash } from 'node:crypto'
import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import type { Kind } from '../kube/kind.ts'

/** A workload that follows the Secret. */
export type RestartTarget = NonNullable<ExternalSecretSpec['rolloutRestartTargets']>[number]

const apps = (kind: string, plural: string): Kind => ({
  group: 'apps',
  version: 'v1',
  kind,
  plural,
  namespaced: true,
})

/** The kinds of workloads that can be restarted. */
export const workloadKinds: Readonly<Record<RestartTarget['kind'], Kind>> = {
  Deployment: apps('Deployment', 'deployments'),
  StatefulSet: apps('StatefulSet', 'statefulsets'),
  DaemonSet: apps('DaemonSet', 'daemonsets'),
  Rollout: {
    group: 'argoproj.io',
    version: 'v1alpha1',
    kind: 'Rollout',
    plural: 'rollouts',
    namespaced: true,
  },
}

const longestName = 63
const digestLength = 8

/**
 * A merge patch that restarts the pods of a workload, and nothing when it is applied once more: it says which change
 * of which ExternalSecret they follow. Argo restarts by `spec.restartAt`; the others by a new template.
 */
export function restartPatch(kind: RestartTarget['kind'], externalSecret: string, changedAt: string): object {
  if (kind === 'Rollout') return { spec: { restartAt: changedAt } }
  const annotations = { [annotationOf(externalSecret)]: changedAt }
  return { spec: { template: { metadata: { annotations } } } }
}

/** Each ExternalSecret has a mark of its own: one that is told of again does not undo what another one wrote. */
function annotationOf(externalSecret: string): string {
  return `restart.keyferry.io/${shortened(externalSecret)}`
}

function shortened(name: string): string {
  if (name.length <= longestName) return name
  const digest = createHash('sha256').update(name).digest('hex').slice(0, digestLength)
  return `${name.slice(0, longestName - digestLength - 1)}-${digest}`
}
