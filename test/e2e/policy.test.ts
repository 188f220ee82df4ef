import { beforeAll, expect, test } from 'vitest'
import type { KubeObject } from '../../src/kube/object.ts'
import { renderObjects } from '../chart/render.ts'
import { scored, violations } from '../policy/judges.ts'

/** kube-score wants the image pulled at each start: a tag of ours is never given twice, and a digest can be named. */
const ignored = ['container-image-pull-policy']

const installs = {
  'as it comes': {},
  'with two Deployments': { split: true },
  'in some namespaces': { scopedNamespaces: ['team-a'] },
  'with every right': {
    externalSecrets: { deleteSecrets: true, rolloutRestart: true },
    issuers: { kubernetesCSR: true, inputNamespaces: ['team-a'] },
    metrics: { secure: { enabled: true } },
  },
}

test.each(Object.entries(installs))(
  '%s, the chart breaks no rule of AKS and of ours, and is not rewritten',
  async (_, values) => {
    const objects = await renderObjects('helm', values)

    expect(await violations(objects)).toEqual([])
  },
)

test.each(Object.entries(installs))('%s, kube-score finds nothing critical', async (_, values) => {
  const objects = await renderObjects('helm', values)

  expect(await scored(objects, ignored)).toEqual([])
})

let objects: readonly KubeObject[]
beforeAll(async () => {
  objects = await renderObjects('helm', {})
})

/** How each rule is broken: the text of an object, before and after. */
const breaches: readonly (readonly [string, string, RegExp, string])[] = [
  ['resources', 'Deployment', /"limits":\{[^}]*\}/, '"limits":{"cpu":"1"}'],
  ['probes', 'Deployment', /"readinessProbe"/, '"startupProbe"'],
  ['non-root', 'Deployment', /"runAsNonRoot":true/g, '"runAsNonRoot":false'],
  ['read-only', 'Deployment', /"readOnlyRootFilesystem":true/, '"readOnlyRootFilesystem":false'],
  ['escalation', 'Deployment', /"allowPrivilegeEscalation":false/, '"allowPrivilegeEscalation":true'],
  ['capabilities', 'Deployment', /"drop":\["ALL"\]/, '"drop":["NET_RAW"]'],
  ['seccomp', 'Deployment', /"RuntimeDefault"/g, '"Unconfined"'],
  ['host', 'Deployment', /"containers":/, '"hostNetwork":true,"containers":'],
  ['tag', 'Deployment', /"image":"[^"]*"/, '"image":"keyferry:latest"'],
  ['replicas', 'Deployment', /"replicas":2/, '"replicas":1'],
  ['spread', 'Deployment', /"(topologySpreadConstraints|podAntiAffinity)":/g, '"elsewhere":'],
  ['account', 'Deployment', /"serviceAccountName":"[^"]*"/, '"serviceAccountName":"default"'],
  ['wildcard', 'ClusterRole', /"verbs":\[[^\]]*\]/, '"verbs":["*"]'],
  ['power', 'ClusterRole', /"verbs":\[[^\]]*\]/, '"verbs":["impersonate"]'],
  ['cluster', 'ClusterRole', /"resources":\["secrets"\]/, '"resources":["clusterroles"]'],
]

test.each(breaches)('the rule "%s" is one that can be broken', async (name, kind, from, to) => {
  const broken = objects.filter((it) => it.kind === kind).map((it) => JSON.stringify(it).replace(from, to))

  const found = await violations(broken.map((it) => JSON.parse(it) as KubeObject))

  expect([...new Set(found.map((it) => it.split(' ')[1]))]).toContain(`${name}:`)
})
