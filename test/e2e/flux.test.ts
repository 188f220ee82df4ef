import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import { eventually } from '../manager/eventually.ts'
import { startManager } from '../manager/manager-process.ts'
import { applyFluxCrds, startFlux } from '../partners/flux.ts'
import { type Fleet, gitopsPages, newFleet } from '../partners/flux-fleet.ts'
import { FluxView, patienceMs, type Seen } from '../partners/flux-view.ts'
import { startGitServer } from '../partners/git-server.ts'
import { applyManifests } from '../partners/manifests.ts'

const home = 'keyferry-system'
const running = new AsyncDisposableStack()

let cluster: Cluster
let akeyless: AkeylessStandIn
let fleet: Fleet
let view: FluxView
let bundle: Bundle

beforeAll(async () => {
  const [started, built] = await Promise.all([
    startCluster({ controllers: true, audit: false }),
    buildBundle(),
  ])
  cluster = running.use(started)
  bundle = running.use(built)
  const git = running.use(await startGitServer())
  await Promise.all([applyFluxCrds(cluster), cluster.kubectl('create', 'namespace', 'flux-system')])
  akeyless = running.use(await startGateway())
  akeyless.state.secret('/dev/shop/api-token', { value: 'one' })
  fleet = await newFleet(git, akeyless.url)
  view = new FluxView(cluster, running.use(await startFlux(cluster)))
  await applyManifests(cluster, [fleetSource(fleet.url)])
  await cluster.kubectl('apply', '-f', join(gitopsPages, 'flux/sync.yaml'))
}, 600_000)

afterAll(() => running.disposeAsync())

test('Flux installs the chart from Git, and waits for its pods before what needs its CRDs', async () => {
  const isInstalled = () => view.find('deployment', 'keyferry', home)
  const deployment = await eventually('the chart is installed', isInstalled, patienceMs)
  expect(await view.readiness('helmrelease', 'keyferry', home)).not.toMatchObject({ status: 'True' })
  await view.hasReason('kustomization', 'shop', 'DependencyNotReady')
  await akeyless.down()

  await runManager(deployment)

  await view.isReady('helmrelease', 'keyferry', home)
  await view.isReady('kustomization', 'keyferry')
})

test('its Kustomization is Ready once the ExternalSecrets are, and not before', async () => {
  const isWaiting = async () => (await view.readiness('externalsecret', 'api', 'shop'))?.status === 'False'
  await eventually('the ExternalSecret waits for its store', isWaiting, patienceMs)
  expect(await view.readiness('kustomization', 'shop')).not.toMatchObject({ status: 'True' })

  await akeyless.up()

  await view.isReady('kustomization', 'shop')
  expect(await view.readiness('externalsecret', 'api', 'shop')).toMatchObject({
    status: 'True',
    reason: 'Synced',
  })
  expect(await secret('api')).toEqual({ token: 'one' })
})

test('a commit brings a new ExternalSecret, another one takes it and its Secret away', async () => {
  akeyless.state.secret('/dev/shop/cache', { value: 'redis' })
  await fleet.add('cache')
  await view.isApplied('shop', await fleet.commit('A cache'))
  expect(await secret('cache')).toEqual({ token: 'redis' })

  await fleet.remove('cache')
  await view.isApplied('shop', await fleet.commit('No cache'))

  expect(await view.find('externalsecret', 'cache', 'shop')).toBeUndefined()
  await eventually('the Secret is gone', async () => (await secret('cache')) === undefined, patienceMs)
})

test('an ExternalSecret that a person must mend fails the Kustomization at once, not after its timeout', async () => {
  await fleet.add('missing')
  await fleet.commit('Nothing there')

  const { message } = await view.hasReason('kustomization', 'shop', 'HealthCheckFailed')

  expect(message).toContain(
    "failed early due to stalled resources: [ExternalSecret/shop/missing status: 'Failed'",
  )
  expect(await view.readiness('externalsecret', 'missing', 'shop')).toMatchObject({
    reason: 'NotFound',
    message: expect.stringContaining('/dev/shop/missing'),
  })
  await fleet.remove('missing')
  await view.isApplied('shop', await fleet.commit('As before'))
})

test('the stricter health expressions find the same objects healthy, and the same one failed', async () => {
  await patchShop('--patch-file', join(gitopsPages, 'flux/strict-health.yaml'))
  await view.isReady('kustomization', 'shop')

  await fleet.add('strict')
  await fleet.commit('Nothing there, either')

  const { message } = await view.hasReason('kustomization', 'shop', 'HealthCheckFailed')
  expect(message).toContain("ExternalSecret/shop/strict status: 'Failed'")
  await fleet.remove('strict')
  await view.isApplied('shop', await fleet.commit('As before'))
})

test('nothing arrives while the Kustomization is suspended', async () => {
  await patchShop('-p', '{"spec":{"suspend":true}}')
  akeyless.state.secret('/dev/shop/late', { value: 'late' })
  await fleet.add('late')
  const commit = await fleet.commit('Late')
  const isFetched = async () =>
    (await view.find('gitrepository', 'flux-system'))?.status?.artifact?.revision.includes(commit)
  await eventually('the commit is fetched', isFetched, patienceMs)
  expect(await view.find('externalsecret', 'late', 'shop')).toBeUndefined()

  await patchShop('-p', '{"spec":{"suspend":false}}')

  await view.isApplied('shop', commit)
  expect(await secret('late')).toEqual({ token: 'late' })
})

async function patchShop(...patch: readonly string[]): Promise<void> {
  const shop = 'kustomization.kustomize.toolkit.fluxcd.io/shop'
  await cluster.kubectl('patch', shop, '-n', 'flux-system', '--type=merge', ...patch)
}

/** A Gateway whose access role is that of the dev environment. */
async function startGateway(): Promise<AkeylessStandIn> {
  await cluster.kubectl('create', 'serviceaccount', 'gateway', '-n', 'flux-system')
  const role = '--clusterrole=system:auth-delegator'
  const account = '--serviceaccount=flux-system:gateway'
  await cluster.kubectl('create', 'clusterrolebinding', 'gateway', role, account)
  const token = await cluster.kubectl('create', 'token', 'gateway', '-n', 'flux-system', '--duration=2h')
  const k8s = { host: cluster.server, caPem: cluster.caPem, reviewerToken: token.trim() }
  const gateway = await startAkeyless({ k8s })
  const accessId = 'p-1a2b3c4d5e6f'
  gateway.state.k8sAuth({ accessId, config: 'dev-cluster', boundServiceAccounts: ['shop'] })
  gateway.state.role({ accessId, rules: [{ path: '/dev/*', capabilities: ['read', 'list'] }] })
  return gateway
}

/** There is no node: our manager runs as a process, as the account of its pods, and the Deployment is told of it. */
async function runManager({ metadata, spec }: Seen): Promise<void> {
  const pod = spec.template?.spec
  const account = pod?.serviceAccountName ?? ''
  const token = (await cluster.kubectl('create', 'token', account, '-n', home, '--duration=2h')).trim()
  const wanted = /^--(external-secrets-service-account|controller-class|leader-election-id|leader-elect$)/
  const args = pod?.containers[0]?.args.filter((it) => wanted.test(it)) ?? []
  const place = ['--leader-election-namespace', home]
  running.use(await startManager(cluster, { entry: bundle.entry, token, args: [...args, ...place] }))
  await tellReady(metadata.generation, spec.replicas ?? 1)
}

/** As the Deployment's controller would, of pods that run. */
async function tellReady(observedGeneration: number, replicas: number): Promise<void> {
  const is = { status: 'True', message: 'A process of the test plays the pods' }
  const conditions = [
    { type: 'Available', reason: 'MinimumReplicasAvailable', ...is },
    { type: 'Progressing', reason: 'NewReplicaSetAvailable', ...is },
  ]
  const counts = {
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
  }
  const patch = JSON.stringify({ status: { observedGeneration, ...counts, conditions } })
  const how = ['--subresource=status', '--type=merge', '-p', patch]
  await cluster.kubectl('patch', 'deployment', 'keyferry', '-n', home, ...how)
}

function fleetSource(url: string): object {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'flux-system', namespace: 'flux-system' },
    spec: { interval: '1s', url, ref: { branch: 'main' } },
  }
}

async function secret(name: string): Promise<Record<string, string> | undefined> {
  const found = await cluster.kubectl('get', 'secret', name, '-n', 'shop', '--ignore-not-found', '-o', 'json')
  if (found === '') return undefined
  const { data } = JSON.parse(found) as { data: Record<string, string> }
  return Object.fromEntries(
    Object.entries(data).map(([key, it]) => [key, Buffer.from(it, 'base64').toString()]),
  )
}
