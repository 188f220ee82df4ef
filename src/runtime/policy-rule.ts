/** A row of a Role: what a file that talks to the API server needs to be allowed (rbac.authorization.k8s.io/v1). */
export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  /** Absent is any name. */
  readonly resourceNames?: readonly string[]
}
