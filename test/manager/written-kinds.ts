import { externalClusterIssuerKind, externalIssuerKind } from '../../src/api/externalissuer.ts'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../../src/api/secretstore.ts'
import {
  apiVersionOf,
  configMapKind,
  type Kind,
  namespaceKind,
  secretKind,
  serviceAccountKind,
} from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from './rbac-kinds.ts'

const workload = (kind: string, plural: string): Kind => ({
  group: 'apps',
  version: 'v1',
  kind,
  plural,
  namespaced: true,
})

const kinds = [
  externalSecretKind,
  secretStoreKind,
  clusterSecretStoreKind,
  externalIssuerKind,
  externalClusterIssuerKind,
  configMapKind,
  namespaceKind,
  serviceAccountKind,
  secretKind,
  clusterRoleKind,
  clusterRoleBindingKind,
  roleKind,
  roleBindingKind,
  workload('Deployment', 'deployments'),
  workload('StatefulSet', 'statefulsets'),
  workload('DaemonSet', 'daemonsets'),
]
const byWord = new Map(kinds.map((it) => [it.kind.toLowerCase(), it]))

/** A kind that tests write, by its name or, in small letters, the word of kubectl. */
export function writtenKind(word: string): Kind | undefined {
  return byWord.get(word.toLowerCase())
}

/** The kind of a manifest when tests write it in this version. */
export function kindOfManifest({ apiVersion, kind = '' }: KubeObject): Kind | undefined {
  const found = writtenKind(kind)
  return found !== undefined && apiVersionOf(found) === apiVersion ? found : undefined
}
