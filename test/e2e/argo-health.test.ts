import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { apiVersionOf } from '../../src/kube/kind.ts'
import { awaitCrds } from '../cluster/await-crds.ts'
import { sourceFolder } from '../cluster/binaries.ts'
import { connect } from '../cluster/client.ts'
import { chart, helm } from '../cluster/helm.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { type CopiedKinds, copyKinds, type KindName, kindNames } from '../partners/contract-kinds.ts'
import {
  fails,
  issuerStates,
  message,
  reachAll,
  type Steps,
  states,
  suspendedStates,
} from '../partners/contract-states.ts'
import { judge, statusesOf } from '../partners/judge.ts'

type Health = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | ''
type StateName = keyof typeof states

/** What people see in Argo CD with docs/gitops/argocd-health.yaml. */
const expected: Readonly<Record<StateName, Health>> = {
  unseen: 'Progressing',
  'first attempt under way': 'Progressing',
  'failing for now, never good': 'Degraded',
  'failing for good': 'Degraded',
  good: 'Healthy',
  'good, with a warning': 'Healthy',
  'good, then failing for now': 'Degraded',
  'good, then failing for now for long': 'Degraded',
  'good, then failing for good': 'Degraded',
  'good again': 'Healthy',
  'good, then changed': 'Progressing',
  'good, then changed and under way': 'Progressing',
  'good, then changed and failing for now': 'Degraded',
  'good, then changed and failing for good': 'Degraded',
}
const ofSuspended: Readonly<Record<keyof typeof suspendedStates, Health>> = {
  'suspended before it was good': 'Suspended',
  'good, then suspended': 'Healthy',
  'failing for good, then suspended': 'Degraded',
}
/** The last good Secret of an ExternalSecret outlives a failure that may pass. */
const ofExternalSecrets = { ...expected, 'good, then failing for now': 'Healthy' } as const

const pages = join(import.meta.dirname, '../../docs/gitops')
const ours = ['--config', join(pages, 'argocd-health.yaml')]
const cluster = sharedCluster()
const api = connect(cluster)
let namespace: string
let kindOf: CopiedKinds

beforeAll(async () => {
  namespace = await newNamespace('argo')
  kindOf = await copyKinds(cluster, kindNames)
  await cluster.kubectl('create', 'namespace', 'argocd')
})

afterAll(() => api[Symbol.asyncDispose]())

async function reached(name: KindName, all: Readonly<Record<string, Steps>>): Promise<Reached> {
  return reachAll(api.client, kindOf(name), namespace, all)
}

type Reached = Awaited<ReturnType<typeof reachAll>>

/** What Argo CD says by its own scripts or, with `args`, by ours. */
async function healthOf(objects: Reached, args?: readonly string[]) {
  return statusesOf(await judge('health-lua', objects, args))
}

test.each(kindNames)('Argo CD judges the kind %s in every state by the scripts of the page', async (name) => {
  const issuers = name.endsWith('Issuer') ? issuerStates : {}

  const objects = await reached(name, { ...states, ...issuers })

  expect(await healthOf(objects, ours)).toEqual(name === 'ExternalSecret' ? ofExternalSecrets : expected)
})

test('Argo CD tells suspension from success', async () => {
  const objects = await reached('ExternalSecret', suspendedStates)

  expect(await healthOf(objects, ours)).toEqual(ofSuspended)
})

test('Argo CD shows the message that says what to do', async () => {
  const failing = { now: [fails('GatewayUnreachable')], good: [fails('NotFound')] }
  const afterwards = { after: [...states.good, fails('Throttled')] }

  const verdicts = await judge(
    'health-lua',
    await reached('ExternalSecret', { ...failing, ...afterwards }),
    ours,
  )

  expect(Object.values(verdicts).map((it) => it?.message)).toEqual([message, message, message])
})

test("without the page, Argo CD's own scripts read the status of the manifest before, and no suspension", async () => {
  const objects = await reached('ExternalSecret', { ...states, ...suspendedStates })

  expect(await healthOf(objects)).toEqual({
    ...ofExternalSecrets,
    ...ofSuspended,
    'good, then changed': 'Healthy',
    'suspended before it was good': 'Progressing',
  })
})

test('without the page, Argo CD has no word for an issuer, and takes it for healthy', async () => {
  const objects = await reached('ExternalIssuer', issuerStates)

  expect(new Set(Object.values(await healthOf(objects)))).toEqual(new Set(['']))
})

test('the page has a script for each of our kinds', async () => {
  const { data } = parse(await readFile(join(pages, 'argocd-health.yaml'), 'utf8')) as { data: object }
  const keys = kindNames.map((name) => {
    const { own } = kindOf(name)
    return `resource.customizations.health.${apiVersionOf(own).split('/')[0]}_${name}`
  })

  expect(Object.keys(data).toSorted()).toEqual(keys.toSorted())
})

test('a ConfigMap as Argo CD has it takes the page as a patch', async () => {
  await cluster.kubectl('create', 'configmap', 'argocd-cm', '-n', 'argocd', '--from-literal=url=kept')
  const file = join(pages, 'argocd-health.yaml')

  await cluster.kubectl('patch', 'configmap', 'argocd-cm', '-n', 'argocd', '--patch-file', file)

  const found = await cluster.kubectl('get', 'configmap', 'argocd-cm', '-n', 'argocd', '-o', 'json')
  const { data } = parse(await readFile(file, 'utf8')) as { data: object }
  expect(JSON.parse(found)).toMatchObject({ data: { url: 'kept', ...data } })
})

test('the Applications are what the CRD of Argo CD takes', async () => {
  const folder = await sourceFolder('healthlua', 'github.com/argoproj/argo-cd/v2')
  const crd = join(folder, 'manifests/crds/application-crd.yaml')
  await cluster.kubectl('apply', '--server-side', '--force-conflicts', '-f', crd)
  await awaitCrds((...args) => cluster.kubectl(...args))

  const applied = await cluster.kubectl(
    'apply',
    '--server-side',
    '--validate=strict',
    '-f',
    join(pages, 'argocd'),
  )

  expect(applied.match(/serverside-applied/g)).toHaveLength(2)
})

test('the chart takes the values of the Application', async () => {
  const text = await readFile(join(pages, 'argocd/keyferry.yaml'), 'utf8')
  const { spec } = parse(text) as { spec: { source: { helm: { valuesObject: object } } } }
  const values = JSON.stringify(spec.source.helm.valuesObject)

  const rendered = await helm(cluster, 'template', 'keyferry', chart, '--set-json', values)

  expect(rendered).toContain('image: registry.example.com/keyferry:')
  expect(rendered).not.toContain('kind: Lease')
})
