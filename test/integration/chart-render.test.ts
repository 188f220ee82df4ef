import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { documentedValues, valueAt } from '../../hack/generate/chart-values.ts'
import { addCheckFlags } from '../../src/cli/check-flags.ts'
import { addManagerFlags } from '../../src/cli/flags.ts'
import { kubernetesVersions, writeSchemas } from '../chart/kubernetes-schemas.ts'
import { anyCluster, helms, renderText, runHelm, type Values } from '../chart/render.ts'
import { scenes } from '../chart/scenes.ts'
import { findProgram } from '../cluster/binaries.ts'
import { chart } from '../cluster/helm.ts'

const all = scenes({ teamA: 'team-a', teamB: 'team-b' })

/** What one value alone contradicts, on purpose. */
const refusedAlone: Readonly<Record<string, RegExp>> = {
  'azureWorkloadIdentity.clientId': /azureWorkloadIdentity\.clientId needs azureWorkloadIdentity\.enabled/,
  'azureWorkloadIdentity.tenantId': /azureWorkloadIdentity\.tenantId needs azureWorkloadIdentity\.enabled/,
  'externalSecrets.events.enabled': /externalSecrets\.events\.tlsSecretName is empty/,
}

let directory: string
/** One for each Helm. */
const ofScenes = new Map<string, readonly string[]>()
const refusals: { readonly name: string; readonly words: string }[] = []
let manifests: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-chart-'))
  manifests = join(directory, 'manifests')
  await mkdir(manifests)
  const waiting = [
    ...Object.entries(all).map(
      ([name, values]) =>
        () =>
          renderScene(name, values),
    ),
    ...documentedValues().map(({ path, default: value }) => changeOf(path, value)),
  ]
  const work = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next()
  }
  await Promise.all([work(), work(), work()])
}, 300_000)
afterAll(() => rm(directory, { recursive: true, force: true }))

test.each(helms)('%s finds nothing to say of the chart', async (helm) => {
  const { stdout } = await runHelm(helm, 'lint', '--strict', chart, ...anyCluster)

  expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed')
  expect(stdout).not.toMatch(/WARNING|ERROR/)
})

test.each(Object.keys(all))('both Helms make the same of "%s"', (name) => {
  const [four = '', three = ''] = ofScenes.get(name) ?? []

  expect(four).toContain('kind: Deployment')
  expect(sorted(three)).toEqual(sorted(four))
})

test.each(Object.keys(all))(
  'the manager and keyferry check know every flag that they are given in "%s"',
  (name) => {
    const [text = ''] = ofScenes.get(name) ?? []
    const calls = containersOf(text).map((it) => it.args)

    expect(calls.length).toBeGreaterThan(0)
    for (const [command, ...flags] of calls) {
      const parser =
        command === 'check' ? addCheckFlags(new Command()) : addManagerFlags(new Command(command))
      parser.allowExcessArguments(false).exitOverride().parse(flags, { from: 'user' })
    }
  },
)

test('each documented value, changed alone, renders, or is refused with its name', () => {
  const refused = Object.groupBy(refusals, (it) => it.name)

  expect(Object.keys(refused).toSorted()).toEqual(Object.keys(refusedAlone))
  for (const { name, words } of refusals) expect(words).toMatch(refusedAlone[name] ?? /never/)
})

test.each(kubernetesVersions)(
  'kubeconform, strict, finds nothing wrong in any of it by the schemas of Kubernetes %s',
  { timeout: 120_000 },
  async (version) => {
    const schemas = join(directory, version)
    await writeSchemas(schemas, version)
    await writeFile(join(directory, 'wrong.yaml'), wrong)

    const judged = await judge(schemas, join(directory, 'wrong.yaml'))
    const { resources, summary } = await judge(schemas, manifests)

    // What finds nothing anywhere would be no judge.
    expect(JSON.stringify(judged.resources)).toMatch(/additional properties 'typ' not allowed/)
    expect(resources ?? []).toEqual([])
    expect(summary).toMatchObject({ invalid: 0, errors: 0, skipped: 0 })
    expect(summary.valid).toBeGreaterThan(1000)
  },
)

const wrong = `apiVersion: v1
kind: Service
metadata: {name: wrong}
spec: {typ: ClusterIP}
`

async function judge(schemas: string, path: string): Promise<Report> {
  const location = `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`
  const { stdout } = await promisify(execFile)(
    await findProgram('kubeconform'),
    ['-strict', '-summary', '-output', 'json', '-schema-location', location, path],
    { maxBuffer: 64 * 1024 * 1024 },
  ).catch((error: { stdout: string }) => error)
  return JSON.parse(stdout) as Report
}

interface Container {
  readonly args: readonly string[]
}

interface PodSpec {
  readonly containers: readonly Container[]
}

/** Those of the Deployments and of the pods for `helm test`. */
function containersOf(text: string): readonly Container[] {
  const objects = parseAllDocuments(text).map((it) => it.toJS() as { kind: string; spec: unknown } | null)
  return objects.flatMap((it) => {
    if (it?.kind === 'Deployment')
      return (it.spec as { template: { spec: PodSpec } }).template.spec.containers
    return it?.kind === 'Pod' ? (it.spec as PodSpec).containers : []
  })
}

interface Report {
  readonly resources?: readonly object[]
  readonly summary: Readonly<Record<'valid' | 'invalid' | 'errors' | 'skipped', number>>
}

async function renderScene(name: string, values: Values): Promise<void> {
  const texts = await Promise.all(helms.map((it) => renderText(it, values)))
  ofScenes.set(name, texts)
  await keep(texts[0] ?? '')
}

/** The first change that a scene makes to one value, as the only change. */
function changeOf(path: readonly string[], value: unknown): () => Promise<void> {
  const given = Object.values(all).map((it) => valueAt(it, path))
  const other = given.find((it) => it !== undefined && JSON.stringify(it) !== JSON.stringify(value))
  return () => renderAlone(path, other)
}

async function renderAlone(path: readonly string[], value: unknown): Promise<void> {
  const name = path.join('.')
  const values = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values
  const withoutCrds = path[0] === 'crds' ? [] : ['--set', 'crds.enabled=false']
  try {
    await keep(await renderText('helm', values, ...withoutCrds))
  } catch (error) {
    refusals.push({ name, words: String(error) })
  }
}

function keep(text: string): Promise<void> {
  return writeFile(join(manifests, `${randomUUID()}.yaml`), text)
}

/** Helm 3 and Helm 4 order objects of one kind each in its way, and name each file that they come from. */
function sorted(text: string): readonly string[] {
  const objects = text.split(/^---$/m).map((it) => it.replaceAll(/^# Source: .*$/gm, '').trim())
  return objects.filter((it) => it !== '').toSorted()
}
