import type { Kind } from '../../src/kube/kind.ts'

/** The group whose kinds give rights. */
export const rbacGroup = 'rbac.authorization.k8s.io'

const kind = (name: string, namespaced: boolean): Kind => ({
  group: rbacGroup,
  version: 'v1',
  kind: name,
  plural: `${name.toLowerCase()}s`,
  namespaced,
})

export const roleKind = kind('Role', true)
export const clusterRoleKind = kind('ClusterRole', false)
export const roleBindingKind = kind('RoleBinding', true)
export const clusterRoleBindingKind = kind('ClusterRoleBinding', false)
