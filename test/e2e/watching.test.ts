import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { rows } from '../../hack/generate/dashboard/rows.ts'
import { makeAuthority, makeServingCertificate } from '../cluster/certificates.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { json, startLoopbackServer } from '../fakes/loopback-server.ts'
import { alertRules, alertsFile } from '../manager/alert-rules.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerScene, newIssuerScene } from '../manager/issuer-scene.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { makeScrapers, type Scrapers } from '../manager/scrapers.ts'
import { newWorld, type World } from '../manager/world.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'
import { type Prometheus, startPrometheus } from '../partners/prometheus.ts'
import { missingPrometheus } from '../partners/prometheus-programs.ts'

const cluster = sharedCluster()
const missing = await missingPrometheus()
const running = new AsyncDisposableStack()
let world: World
let scene: IssuerScene
let scrapers: Scrapers
let directory: string
/** Both halves at work; its metrics are for whom the API server allows. */
let leader: ManagerProcess
/** Its twin, whose metrics are for anybody. */
let follower: ManagerProcess
let prometheus: Prometheus

beforeAll(async () => {
  if (missing !== undefined) return
  directory = await mkdtemp(join(tmpdir(), 'keyferry-watching-'))
  running.defer(() => rm(directory, { recursive: true, force: true }))
  await applyCertManagerCrds(cluster)
  world = running.use(await newWorld(cluster))
  scene = await newIssuerScene(cluster)
  scrapers = await makeScrapers(world)
  await makeAuthority(directory)
  await makeServingCertificate(directory, 'tls', ['IP:127.0.0.1'])
  await Promise.all([applySecrets(), applyCertificates()])
  leader = running.use(await start('--metrics-secure', ...tlsFiles()))
  await isLeader()
  follower = running.use(await start())
  prometheus = running.use(await startPrometheus({ jobs: await jobs(), ruleFiles: [alertsFile] }))
  const enough = new AbortController()
  const requests = keepRequesting(enough.signal)
  running.defer(async () => {
    enough.abort()
    await requests
  })
}, 300_000)

afterAll(() => running.disposeAsync())

const file = (name: string) => join(directory, name)
const tlsFiles = () => ['--metrics-tls-cert-file', file('tls.crt'), '--metrics-tls-key-file', file('tls.key')]

function start(...more: readonly string[]): Promise<ManagerProcess> {
  const scope = ['--namespace', world.namespace, '--namespace', scene.namespace]
  const lease = ['--leader-elect', '--leader-election-namespace', world.namespace]
  const both = ['--controllers', 'external-secrets,issuers', '--controller-class', world.controllerClass]
  return startManager(cluster, { args: [...both, ...scope, ...lease, ...more] })
}

const isLeader = () =>
  eventually('a process leads', async () => {
    const lease = await world.kubectl('get', 'lease', '-n', world.namespace, '-o', 'name')
    return lease.includes('keyferry')
  })

/** One of each: synced, not found, leased, and behind a Gateway that asks for a pause. */
async function applySecrets(): Promise<void> {
  const busy = running.use(await startLoopbackServer())
  busy.answer(json(429, { error: 'slow down' }, { 'retry-after': '300' }))
  const key = (name: string) => `/${world.namespace}/${name}`
  const read = (name: string) => ({
    refreshInterval: '1s',
    data: [{ secretKey: 'a', remoteRef: { key: key(name) } }],
  })
  world.akeyless.state.secret(key('there'), { value: 'one' })
  world.akeyless.state.dynamic(key('database'), { ttlMs: 600_000 })
  await world.apply(world.store('akeyless'), world.store('busy', { akeylessGWApiURL: busy.url }))
  await world.apply(
    world.externalSecret('good', read('there')),
    world.externalSecret('bad', read('absent')),
    world.externalSecret('leased', { ...read('database'), refreshInterval: '1h' }),
    world.externalSecret('waiting', read('there'), { name: 'busy' }),
  )
}

/** An issuer that works, and one without its configuration, for which a request waits. */
async function applyCertificates(): Promise<void> {
  await scene.apply(
    scene.issuer('ca'),
    scene.issuer('lost', { signerType: 'pki', configRef: { name: 'none' } }),
  )
  await scene.request('waits', { issuerRef: { name: 'lost' } })
}

/** One request that is issued and one that is refused each second: a rate is of what goes on, not of what was. */
async function keepRequesting(signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count++) {
    await scene.request(`good-${count}`)
    await scene.request(`bad-${count}`, { spec: { isCA: true } })
    await sleep(1000)
  }
}

async function jobs(): Promise<readonly object[]> {
  await writeFile(file('token'), scrapers.reader)
  await writeFile(file('stranger'), scrapers.stranger)
  const targets = (it: ManagerProcess, labels: object = {}) => [
    { targets: [new URL(it.metricsUrl).host], labels },
  ]
  const secure = {
    scheme: 'https',
    honor_labels: true,
    tls_config: { ca_file: file('ca.crt') },
    static_configs: targets(leader),
  }
  const withToken = (name: string) => ({ authorization: { credentials_file: file(name) } })
  return [
    { job_name: 'keyferry', ...secure, ...withToken('token') },
    { job_name: 'stranger', ...secure, ...withToken('stranger') },
    { job_name: 'nobody', ...secure },
    // Replicas are of one job, as behind a Service.
    { job_name: 'twin', honor_labels: true, static_configs: targets(follower, { job: 'keyferry' }) },
  ]
}

/** All that the dashboard asks, as Grafana would send it. */
const asked = rows.flatMap(({ panels }) =>
  panels.flatMap(({ title, queries }) =>
    queries.map(({ expr, legend, emptyWhen }) => ({
      name: queries.length === 1 ? title : `${title}, ${legend}`,
      emptyWhen,
      expr: expr
        .replaceAll('$job', 'keyferry')
        .replaceAll('$namespace', '.*')
        .replaceAll('$__rate_interval', '30s'),
    })),
  ),
)

/** Nothing here brings these about; all else must have data. */
function isAbsentHere({ expr }: { readonly expr: string }): boolean {
  return /keyferry_event_requests_total|keyferry_watch_failures_total|keyferry_issuer_warning/.test(expr)
}

describe.skipIf(missing !== undefined)('a Prometheus (it must be installed)', () => {
  test('S14: scrapes by HTTPS with a token of whoever may, and with no other', async () => {
    // A scrape that a busy machine lets wait is made again a second later.
    await vi.waitFor(
      async () => {
        const told = (await prometheus.targets()).map((it) => [it.scrapePool, it.health, it.lastError])
        expect(Object.fromEntries(told.map(([job, ...rest]) => [job, rest]))).toEqual({
          keyferry: ['up', ''],
          stranger: ['down', 'server returned HTTP status 403 Forbidden'],
          nobody: ['down', 'server returned HTTP status 401 Unauthorized'],
          twin: ['up', ''],
        })
      },
      { timeout: 30_000, interval: 500 },
    )
    const never = await prometheus.query('max by (job) (max_over_time(up{job=~"stranger|nobody"}[5m]))')
    expect(never.map((it) => it.value)).toEqual([0, 0])
  })

  test('loads the alerts, and finds what is wrong here and nothing else', async () => {
    const names = (await alertRules()).map((it) => it.alert)

    // What is not Ready at the first scrape alone is pending for a moment.
    await vi.waitFor(
      async () => {
        const rules = await prometheus.rules()
        const rule = (name: string) => rules.find((it) => it.name === name)
        const objects = (name: string) =>
          rule(name)?.alerts.map(({ labels }) => [labels['namespace'], labels['name']])
        expect(new Set(rules.map((it) => it.name))).toEqual(new Set(names))
        expect(rules.filter((it) => it.health !== 'ok')).toEqual([])
        expect(objects('KeyferryStoreNotReady')).toEqual([[world.namespace, 'busy']])
        expect(objects('KeyferryIssuerNotReady')).toEqual([[scene.namespace, 'lost']])
        expect(objects('KeyferryExternalSecretNotReady')).toContainEqual([world.namespace, 'bad'])
        expect(rule('KeyferryGatewayCircuitOpen')?.state).toBe('pending')
        for (const name of ['KeyferryAbsent', 'KeyferryNoLeader', 'KeyferryManyLeaders'])
          expect([name, rule(name)?.state]).toEqual([name, 'inactive'])
        expect(objects('KeyferryExternalSecretNotReady')).not.toContainEqual([world.namespace, 'good'])
      },
      { timeout: 60_000, interval: 500 },
    )
  })

  test.each(asked.filter((it) => !isAbsentHere(it)))('answers: $name', async ({ expr }) => {
    const samples = await eventually(
      `there is an answer to ${expr}`,
      async () => {
        const now = await prometheus.query(expr)
        return now.some((it) => Number.isFinite(it.value)) ? now : undefined
      },
      60_000,
    )

    expect(samples.length).toBeGreaterThan(0)
  })

  test.each(asked.filter(isAbsentHere))('takes: $name, which has no data where $emptyWhen', async (it) => {
    expect(it.emptyWhen).toBeDefined()
    await expect(prometheus.query(it.expr)).resolves.toBeDefined()
  })

  test('shows a namespace as the object’s own, not as that of the pod', async () => {
    const byNamespace = 'count by (namespace) (keyferry_next_refresh_timestamp_seconds)'

    await vi.waitFor(
      async () => {
        const samples = await prometheus.query(byNamespace)
        expect(samples.map((it) => it.metric['namespace'])).toContain(world.namespace)
      },
      { timeout: 30_000, interval: 500 },
    )
  })
})
