import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { documentedValues } from '../../hack/generate/chart-values.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { anyCluster, helms, refusal, renderText, runHelm, type Values } from '../chart/render.ts'
import { chart } from '../cluster/helm.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

/** Every object of values that has values of its own, by its path; the root is empty. */
const groups = [
  ...new Set(
    documentedValues().flatMap(({ path }) => path.map((_, depth) => path.slice(0, depth).join('.'))),
  ),
]

test.each(helms)('%s refuses a misspelt value wherever it stands, by its place and name', async (helm) => {
  const values = {}
  for (const path of groups) put(values, path === '' ? [] : path.split('.'), { mispelt: 1 })

  const words = await refusal(helm, values)

  for (const path of groups) {
    const place = path === '' ? '' : `/${path.replaceAll('.', '/')}`
    expect(words).toContain(`at '${place}': additional properties 'mispelt' not allowed`)
  }
})

test.each<[string, Values, string]>([
  ['a port', { metrics: { port: 70_000 } }, "'/metrics/port': maximum"],
  [
    'a duration',
    { issuers: { checkInterval: '5 minutes' } },
    "'/issuers/checkInterval': '5 minutes' does not match",
  ],
  ['a digest', { image: { digest: 'sha256:1234' } }, "'/image/digest': 'sha256:1234' does not match"],
  ['a choice', { log: { level: 'trace' } }, "'/log/level': value must be one of"],
  ['a namespace', { scopedNamespaces: ['Team A'] }, "'/scopedNamespaces/0': 'Team A' does not match"],
  ['text that YAML takes for a number', { image: { tag: 1.2 } }, "'/image/tag': got number, want string"],
])('both Helms refuse %s of the wrong form by its place', async (_, values, words) => {
  for (const helm of helms) expect(await refusal(helm, values)).toContain(words)
})

test.each(helms)('%s refuses it at install before anything is made', async (helm) => {
  const namespace = await newNamespace('chart-typo')
  const cluster = sharedCluster()
  const place = ['-n', namespace, '--kubeconfig', cluster.kubeconfigFile]
  const install = runHelm(helm, 'install', 'typo', chart, ...place, '--set', 'replicas=3')

  await expect(install).rejects.toThrow("additional properties 'replicas' not allowed")
  expect(await cluster.kubectl('get', 'deployments,secrets,services', '-n', namespace, '-o', 'name')).toBe('')
})

test.each(helms)(
  '%s takes null, as a parent chart or an empty key gives it, for what is empty',
  async (helm) => {
    const values = {}
    const empty = documentedValues().filter(({ default: it }) =>
      ['""', '[]', '{}'].includes(JSON.stringify(it)),
    )
    for (const { path } of empty) put(values, path.slice(0, -1), { [path.at(-1) ?? '']: null })

    expect(empty.length).toBeGreaterThan(40)
    expect(await renderText(helm, values)).toBe(await renderText(helm, {}))
  },
)

test('no key stands twice where labels and annotations of several values meet, for Kustomize refuses that', async () => {
  const both = { team: 'a', 'rbac.authorization.k8s.io/aggregate-to-view': 'x' }
  const values = {
    commonLabels: both,
    commonAnnotations: { 'kubectl.kubernetes.io/default-container': 'x' },
    podLabels: { team: 'b' },
    podAnnotations: { 'kubectl.kubernetes.io/default-container': 'mine' },
    serviceAccount: { labels: { team: 'b' } },
    externalSecrets: { serviceAccount: { labels: { team: 'b' } } },
    issuers: { serviceAccount: { labels: { team: 'b', 'app.kubernetes.io/name': 'mine' } } },
  }

  const documents = parseAllDocuments(await renderText('helm', values))

  expect(documents.flatMap((it) => it.errors)).toEqual([])
  const objects = documents.map((it) => it.toJS() as KubeObject)
  const labels = (name: string) =>
    objects.find((it) => it.kind === 'ServiceAccount' && it.metadata.name === name)?.metadata.labels
  expect(labels('keyferry')).toMatchObject({ team: 'b', 'app.kubernetes.io/name': 'keyferry' })
  expect(labels('keyferry-issuer')).toMatchObject({ team: 'b', 'app.kubernetes.io/name': 'mine' })
})

test.each(helms)('%s lets a chart that brings this one along give it global values', async (helm) => {
  const parent = await mkdtemp(join(tmpdir(), 'keyferry-parent-'))
  const dependency = { name: 'keyferry', version: '0.1.0', repository: `file://${chart}` }
  const about = { apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies: [dependency] }
  await writeFile(join(parent, 'Chart.yaml'), JSON.stringify(about))
  await runHelm(helm, 'dependency', 'build', parent)

  const { stdout } = await runHelm(
    helm,
    'template',
    'it',
    parent,
    ...anyCluster,
    '--set',
    'global.region=west',
  )

  expect(stdout).toContain('name: it-keyferry')
  await rm(parent, { recursive: true })
})

function put(root: Record<string, unknown>, path: readonly string[], value: object): void {
  let at = root
  for (const key of path) {
    const inner = (at[key] ?? {}) as Record<string, unknown>
    at[key] = inner
    at = inner
  }
  Object.assign(at, value)
}
