import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

interface Role {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly rules: readonly Rule[]
}

const roles = globSync('config/rbac/*.yaml').flatMap((file) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((it) => it.toJS() as Role),
)

/** Every right as one line: `name: verb group/resource`, with the names it is limited to. */
const rights = roles.flatMap(({ metadata, rules }) =>
  rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.map(
          (verb) =>
            `${metadata.name}: ${verb} ${group}/${resource}${(resourceNames ?? []).map((it) => ` ${it}`).join('')}`,
        ),
      ),
    ),
  ),
)

test('S15: the whole of our rights, so that one more is seen by whoever reads the change', () => {
  const writes = rights.filter((it) => !/: (get|list|watch) /.test(it))

  expect([...new Set(writes)].toSorted()).toEqual([
    // For users: they have it by the roles that Kubernetes gives them.
    ...['externalissuers', 'externalsecrets', 'secretstores']
      .flatMap((kind) =>
        ['create', 'delete', 'patch', 'update'].map(
          (verb) =>
            `keyferry-edit: ${verb} external-${kind === 'externalissuers' ? 'issuer' : 'secrets'}.io/${kind}`,
        ),
      )
      .toSorted(),
    'keyferry-external-secrets-delete: delete /secrets',
    'keyferry-external-secrets: create /secrets',
    'keyferry-external-secrets: create /serviceaccounts/token',
    'keyferry-external-secrets: create authentication.k8s.io/tokenreviews',
    'keyferry-external-secrets: create events.k8s.io/events',
    'keyferry-external-secrets: patch /secrets',
    'keyferry-external-secrets: patch events.k8s.io/events',
    'keyferry-external-secrets: patch external-secrets.io/clustersecretstores/status',
    // Finalizers of those that hold leases.
    'keyferry-external-secrets: patch external-secrets.io/externalsecrets',
    'keyferry-external-secrets: patch external-secrets.io/externalsecrets/status',
    'keyferry-external-secrets: patch external-secrets.io/secretstores/status',
    'keyferry-identities: create /serviceaccounts/token keyferry-external-secrets keyferry-issuer',
    'keyferry-issuer-approver: approve cert-manager.io/signers externalclusterissuers.external-issuer.io/* externalissuers.external-issuer.io/*',
    'keyferry-issuer-kubernetes-csr: patch certificates.k8s.io/certificatesigningrequests/status',
    'keyferry-issuer-kubernetes-csr: sign certificates.k8s.io/signers externalclusterissuers.external-issuer.io/*',
    'keyferry-issuer-refresh-token: patch /secrets keyferry-refresh-token',
    'keyferry-issuer-token: create /serviceaccounts/token keyferry-pki',
    'keyferry-issuer: create events.k8s.io/events',
    'keyferry-issuer: patch cert-manager.io/certificaterequests/status',
    'keyferry-issuer: patch events.k8s.io/events',
    'keyferry-issuer: patch external-issuer.io/externalclusterissuers/status',
    'keyferry-issuer: patch external-issuer.io/externalissuers/status',
    'keyferry-leader-election: create coordination.k8s.io/leases',
    'keyferry-leader-election: patch coordination.k8s.io/leases keyferry',
    // A role of its own, for those who use spec.rolloutRestartTargets.
    'keyferry-rollout-restart: patch apps/daemonsets',
    'keyferry-rollout-restart: patch apps/deployments',
    'keyferry-rollout-restart: patch apps/statefulsets',
    'keyferry-rollout-restart: patch argoproj.io/rollouts',
  ])
})

test.each([
  // `KIND.GROUP/*` is how cert-manager and Kubernetes name all signers of one kind.
  ['a wildcard', /(?<!issuers\.external-issuer\.io\/)\*/],
  ['an update, which would drop fields it does not know', /^(?!keyferry-edit).*: update /],
  ['a deletion, but the one that is a role of its own to be given or not', /(?<!-delete|-edit): delete/],
  ['escalate, bind or impersonate', /: (escalate|bind|impersonate) /],
  ['a way into pods', /pods|nodes|\/proxy|\/exec|\/attach|\/portforward/],
  [
    'a write to webhooks, policies or CRDs',
    /: (?!get|list|watch)\w+ (admissionregistration|apiextensions)\.k8s\.io/,
  ],
  ['a right on RBAC itself', /rbac\.authorization\.k8s\.io/],
  [
    'approval of certificates, but the role for cert-manager itself, or rights on signing requests, but the role for those who switch them on',
    /^(?!keyferry-issuer-(approver|kubernetes-csr):).*(: approve|: sign |\/signers|certificates\.k8s\.io)/,
  ],
])('S17: no role holds %s', (_what, pattern) => {
  expect(rights.filter((it) => pattern.test(it))).toEqual([])
})

test('S18: only rights on our namespaced kinds are aggregated into view, edit or admin of users', () => {
  const isAggregated = (it: string) => it.startsWith('rbac.authorization.k8s.io/aggregate-to-')
  const aggregated = roles.filter((it) => Object.keys(it.metadata.labels ?? {}).some(isAggregated))
  const names = aggregated.map((it) => it.metadata.name)

  expect(names.toSorted()).toEqual(['keyferry-edit', 'keyferry-view'])
  const resources = aggregated.flatMap((it) => it.rules.flatMap((rule) => rule.resources))
  expect([...new Set(resources)].toSorted()).toEqual(['externalissuers', 'externalsecrets', 'secretstores'])
})

test('M24: the issuer half may read Secrets and ConfigMaps in no ClusterRole, and writes neither', () => {
  const clusterWide = roles.filter((it) => it.kind === 'ClusterRole').map((it) => it.metadata.name)
  const issuers = clusterWide.filter((it) => it.startsWith('keyferry-issuer'))

  expect(
    rights.filter((it) => issuers.includes(it.split(':')[0] ?? '') && /\/(secrets|configmaps)/.test(it)),
  ).toEqual([])
  expect(
    rights.filter((it) => /^keyferry-issuer.*: (create|delete|update) \/(secrets|configmaps)/.test(it)),
  ).toEqual([])
})
