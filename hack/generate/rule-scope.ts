import type { PolicyRule } from '../../src/runtime/policy-rule.ts'

/** What no Role can grant; test/integration/rbac-scope.test.ts holds it against the API server's own list. */
export const clusterScoped: ReadonlySet<string> = new Set([
  'certificatesigningrequests',
  'clustersecretstores',
  'customresourcedefinitions',
  'externalclusterissuers',
  'namespaces',
  'signers',
  'subjectaccessreviews',
  'tokenreviews',
])

/** Whether a rule is for what lives in no namespace; rules that `splitByScope` gave are for the one or the other. */
export function isOfCluster({ resources }: PolicyRule): boolean {
  return resources.every(isClusterScoped)
}

/** The same rights with cluster-scoped resources in rules of their own, so that Roles can leave them out. */
export function splitByScope(rule: PolicyRule): readonly PolicyRule[] {
  const ofCluster = rule.resources.filter(isClusterScoped)
  const others = rule.resources.filter((it) => !isClusterScoped(it))
  return [ofCluster, others].filter((it) => it.length > 0).map((resources) => ({ ...rule, resources }))
}

function isClusterScoped(resource: string): boolean {
  const [plural = ''] = resource.split('/')
  return clusterScoped.has(plural)
}
