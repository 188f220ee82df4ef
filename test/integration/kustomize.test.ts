import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { crdFiles } from '../../hack/generate/crd.ts'
import { installedObjects, kustomizeFiles, type Manifest, release } from '../../hack/generate/kustomize.ts'
import { findProgram } from '../cluster/binaries.ts'
import { chart } from '../cluster/helm.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const maxBuffer = 2 ** 26
let rendered: string

beforeAll(async () => {
  const args = ['template', release.name, chart, '--namespace', release.namespace]
  rendered = (await run(await findProgram('helm'), args, { maxBuffer })).stdout
})

test('config/manager and config/rbac are what the chart renders: run node hack/generate-kustomize.ts', async () => {
  const files = kustomizeFiles(
    rendered,
    crdFiles().map((it) => basename(it.path)),
  )

  const stale: string[] = []
  for (const { path, text } of files)
    if ((await readFile(join(root, path), 'utf8').catch(() => '')) !== text) stale.push(path)
  expect(stale).toEqual([])
  for (const folder of ['config/manager', 'config/rbac/installed']) {
    const known = files.map((it) => it.path).filter((it) => it.startsWith(folder))
    expect((await readdir(join(root, folder))).map((it) => `${folder}/${it}`).toSorted()).toEqual(
      known.toSorted(),
    )
  }
})

test('kubectl kustomize config/default builds the objects of the chart, and a namespace for them', async () => {
  const { stdout } = await run(await findProgram('kubectl'), ['kustomize', join(root, 'config/default')], {
    maxBuffer,
  })
  const built = installedObjects(stdout).filter((it) => it.kind !== 'Namespace')
  const ofChart = installedObjects(rendered)

  expect(Object.fromEntries(built.map((it) => [titleOf(it), essenceOf(it)]))).toEqual(
    Object.fromEntries(ofChart.map((it) => [titleOf(it), essenceOf(it)])),
  )
})

test('no CRD is too large for the annotation that kubectl apply keeps', () => {
  const crds = installedObjects(rendered).filter((it) => it.kind === 'CustomResourceDefinition')

  expect(crds).toHaveLength(5)
  expect(crds.filter((it) => JSON.stringify(it).length > 200_000).map(titleOf)).toEqual([])
})

function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace ?? ''} ${metadata.name}`
}

/** All but the labels and annotations that the one or the other adds to every object, and the order of rules. */
function essenceOf({ metadata, ...rest }: Manifest & { readonly rules?: readonly object[] }): object {
  const rules = (rest.rules ?? []).map((it) => JSON.stringify(it, Object.keys(it).toSorted())).toSorted()
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => name.includes('/aggregate-to-'))
  return { ...rest, rules, labels: Object.fromEntries(labels) }
}
