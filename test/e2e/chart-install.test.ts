import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { awaitCrds } from '../cluster/await-crds.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { chart, helm } from '../cluster/helm.ts'
import { makeCsr } from '../fakes/pki/csr.ts'
import { type Asked, forbiddenToIssuers, held } from '../manager/asked-rights.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

vi.setConfig({ testTimeout: 180_000 })

const release = 'keyferry'
const home = 'keyferry-system'
const accounts = ['keyferry', 'keyferry-external-secrets', 'keyferry-issuer']
/** Where rights are looked at: the release's own namespace, one that some values name, and any other. */
const namespaces = [home, 'team-a', 'default']
/** By trying the issuer half finds out whether a namespace lets it read what its issuers need. */
const probes = ['list configmaps', 'list secrets']
let cluster: Cluster
let directory: string

beforeAll(async () => {
  cluster = await startCluster({ controllers: true })
  directory = await mkdtemp(join(tmpdir(), 'keyferry-chart-'))
  for (const it of [home, 'team-a', 'team-b']) await cluster.kubectl('create', 'namespace', it)
  await applyCertManagerCrds(cluster)
}, 600_000)

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** Installs the release, or changes it, so that it has these values and no other. */
async function install(values: object = {}): Promise<void> {
  const file = join(directory, 'values.json')
  await writeFile(file, JSON.stringify(values))
  // Without any values Helm would go on with those of the release before.
  const args = ['--install', '--reset-values', '--namespace', home, '--values', file]
  await helm(cluster, 'upgrade', release, chart, ...args)
}

/** What an account may do, as `kubectl auth can-i --list` tells it, less what everybody may. */
async function rightsOf(account: string, namespace: string): Promise<readonly string[]> {
  const as = `--as=system:serviceaccount:${home}:${account}`
  const table = await cluster.kubectl('auth', 'can-i', '--list', '--no-headers', as, '-n', namespace)
  const rows = table.split('\n').map((it) => it.trim().replaceAll(/\s+/g, ' '))
  return rows.filter((it) => it !== '' && !/^(selfsubject|\[\/|\[\] \[\])/.test(it)).toSorted()
}

async function goldenText(): Promise<string> {
  const pairs = accounts.flatMap((account) => namespaces.map((namespace) => ({ account, namespace })))
  const parts = await Promise.all(
    pairs.map(async ({ account, namespace }) => {
      const rights = await rightsOf(account, namespace)
      return `# ${account} in ${namespace}\n${rights.map((it) => `${it}\n`).join('')}`
    }),
  )
  return parts.join('\n')
}

const everything = {
  externalSecrets: { deleteSecrets: true, rolloutRestart: true },
  issuers: {
    kubernetesCSR: true,
    inputNamespaces: ['team-a'],
    tokenServiceAccounts: [
      { namespace: 'team-a', name: 'pki' },
      { namespace: 'team-a', name: 'vault' },
    ],
    refreshTokenSecrets: [{ namespace: home, name: 'venafi' }],
  },
  metrics: { secure: { enabled: true } },
}

test.each([
  { name: 'default', values: {} },
  { name: 'everything', values: everything },
  { name: 'split', values: { split: true } },
  { name: 'external-secrets-only', values: { issuers: { enabled: false } } },
  { name: 'issuers-only', values: { externalSecrets: { enabled: false } } },
  {
    name: 'narrow',
    values: {
      externalSecrets: { tokenRequest: { serviceAccountNames: ['app', 'web'] } },
      clusterResourceNamespace: 'team-a',
      leaderElection: { leaseName: 'the-lease' },
    },
  },
  { name: 'no-tokens', values: { externalSecrets: { tokenRequest: { enabled: false } } } },
  {
    name: 'scoped',
    values: { scopedNamespaces: ['team-a', 'team-b'], issuers: { inputNamespaces: ['team-a'] } },
  },
  { name: 'no-rbac', values: { rbac: { create: false } } },
])('S15, S16: with the values "$name" every account may do what its golden list says', async (it) => {
  await install(it.values)

  await expect(await goldenText()).toMatchFileSnapshot(`../security/golden/${it.name}.txt`)
})

test('S16: with scopedNamespaces there is no ClusterRole of the release, and both halves work in one process', async () => {
  await install({ scopedNamespaces: ['team-a', 'team-b'] })

  for (const kind of ['clusterroles', 'clusterrolebindings'])
    expect(await cluster.kubectl('get', kind, '-l', 'app.kubernetes.io/part-of=keyferry', '-o', 'name')).toBe(
      '',
    )

  // It does without what is cluster-scoped.
  expect(await worksIn('team-a')).toEqual([...probes, 'watch customresourcedefinitions'])
})

test('with split each half works in a process of its own, as itself', async () => {
  await install({ split: true })
  await cluster.kubectl('delete', 'externalsecret,certificaterequest', 'app', '-n', 'team-a')

  expect(await deployments()).toHaveLength(2)
  expect(await worksIn('team-a')).toEqual(probes)
})

test('M24: what the seed forbids to whoever signs is refused to the accounts that Helm has made', async () => {
  await install()
  const isToken = (it: Asked) => it.subresource === 'token'
  const isLease = (it: Asked) => it.resource === 'leases'

  expect(await held(cluster, `${home}:keyferry-issuer`, forbiddenToIssuers('team-a'))).toEqual([])
  expect(await held(cluster, `${home}:keyferry`, forbiddenToIssuers('team-a'))).toEqual([])
  // At home it elects, and gets the tokens of the halves by name.
  const atHome = forbiddenToIssuers(home).filter((it) => !isToken(it) && !isLease(it))
  expect(await held(cluster, `${home}:keyferry`, atHome)).toEqual([])
})

test('S18: whoever may edit a namespace may write our kinds there, no cluster kind and no status; whoever may view it reads', async () => {
  await install()
  for (const role of ['view', 'edit', 'admin']) await bind(role)
  const secrets = { group: 'external-secrets.io', namespace: 'team-a' }
  const issuers = { group: 'external-issuer.io', namespace: 'team-a' }
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
  const of = (more: Omit<Asked, 'verb'>) => verbs.map((verb) => ({ verb, ...more }))
  const theirs = [
    ...of({ ...secrets, resource: 'externalsecrets' }),
    ...of({ ...secrets, resource: 'secretstores' }),
    ...of({ ...issuers, resource: 'externalissuers' }),
  ]
  const notTheirs = [
    ...of({ group: secrets.group, resource: 'clustersecretstores' }),
    ...of({ group: issuers.group, resource: 'externalclusterissuers' }),
    ...['status', 'finalizers'].flatMap((subresource) => [
      ...of({ ...secrets, resource: 'externalsecrets', subresource }),
      ...of({ ...secrets, resource: 'secretstores', subresource }),
      ...of({ ...issuers, resource: 'externalissuers', subresource }),
    ]),
  ]
  const may = async (who: string, questions: readonly Asked[]) =>
    (await held(cluster, `team-a:${who}`, questions)).length

  await eventually(
    'the roles are aggregated',
    async () => (await may('edit', theirs)) === theirs.length,
    30_000,
  )
  expect(await may('admin', theirs)).toBe(theirs.length)
  expect(await may('view', theirs)).toBe(9)
  expect(
    await may(
      'view',
      theirs.filter((it) => !/get|list|watch/.test(it.verb)),
    ),
  ).toBe(0)
  for (const who of ['view', 'edit', 'admin']) expect(await may(who, notTheirs)).toBe(0)
})

test('kubectl apply -k installs the same, by either way of applying', async () => {
  await helm(cluster, 'uninstall', release, '--namespace', home)
  const folder = join(import.meta.dirname, '../../config/default')

  await cluster.kubectl('apply', '-k', folder)
  await cluster.kubectl('apply', '-k', folder, '--server-side', '--force-conflicts')

  await expect(await goldenText()).toMatchFileSnapshot('../security/golden/default.txt')
  for (const it of ['rbac', 'manager'])
    await cluster.kubectl('delete', '-k', join(folder, '..', it), '--ignore-not-found')
})

test('helm uninstall leaves the CRDs, what users have and their Secrets, Events, and nothing else', async () => {
  // Those that are there already would be no news.
  await cluster.kubectl('delete', '-k', join(import.meta.dirname, '../../config/crd'))
  const before = new Set(await allObjects())
  const news = async () => (await allObjects()).filter((it) => !before.has(it))
  await install()
  expect(await worksIn('team-b')).toEqual(probes)
  expect((await news()).length).toBeGreaterThan(30)

  await helm(cluster, 'uninstall', release, '--namespace', home)
  await eventually(
    'the Deployment is gone',
    async () => !(await news()).join().includes('Deployment'),
    30_000,
  )

  // The API server has an APIService for each version of a CRD's group.
  expect((await news()).filter((it) => !/^(Event|APIService) /.test(it))).toEqual([
    'CertificateRequest team-b app',
    'CustomResourceDefinition <none> clustersecretstores.external-secrets.io',
    'CustomResourceDefinition <none> externalclusterissuers.external-issuer.io',
    'CustomResourceDefinition <none> externalissuers.external-issuer.io',
    'CustomResourceDefinition <none> externalsecrets.external-secrets.io',
    'CustomResourceDefinition <none> secretstores.external-secrets.io',
    'ExternalIssuer team-b app',
    'ExternalSecret team-b app',
    'Secret team-b app',
    'SecretStore team-b app',
  ])
})

/** Binds one of Kubernetes' own roles for users to a ServiceAccount of its name, in a namespace. */
async function bind(role: string): Promise<void> {
  const subject = `--serviceaccount=team-a:${role}`
  await cluster.kubectl('create', 'rolebinding', role, `--clusterrole=${role}`, subject, '-n', 'team-a')
}

async function untilReady(kind: string, reason: string, namespace: string): Promise<void> {
  const condition = `--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${reason}`
  await cluster.kubectl('wait', `${kind}/app`, '-n', namespace, condition, '--timeout=60s')
}

/** All that the API server holds, as `KIND NAMESPACE NAME`. */
async function allObjects(): Promise<readonly string[]> {
  const kinds = (await cluster.kubectl('api-resources', '--verbs=list', '-o', 'name')).trim().split('\n')
  const columns = '-o=custom-columns=K:.kind,N:.metadata.namespace,M:.metadata.name'
  const table = await cluster.kubectl('get', kinds.join(','), '-A', '--no-headers', columns)
  const rows = table.split('\n').map((it) => it.trim().replaceAll(/\s+/g, ' '))
  return [...new Set(rows.filter((it) => it !== ''))].toSorted()
}

/**
 * Runs a manager for each Deployment of the release, with its arguments and the token of its pods, and has each half
 * do its work in a namespace. Gives what the API server refused to the release's accounts, and never granted.
 */
async function worksIn(namespace: string): Promise<readonly string[]> {
  await awaitCrds((...args) => cluster.kubectl(...args))
  const sinceMs = Date.now()
  await using stack = new AsyncDisposableStack()
  for (const { spec } of await deployments()) stack.use(await startPod(spec.template.spec))
  await apply(await demandsIn(namespace))
  await approve(namespace)
  await untilReady('externalsecret', 'Synced', namespace)
  await untilReady('certificaterequest', 'Issued', namespace)
  const refused = await Promise.all(accounts.map((it) => refusedTo(it, sinceMs)))
  return refused.flat().toSorted()
}

interface PodSpec {
  readonly serviceAccountName: string
  readonly containers: readonly { readonly args: readonly string[] }[]
}

async function deployments(): Promise<
  readonly { readonly spec: { readonly template: { spec: PodSpec } } }[]
> {
  const text = await cluster.kubectl('get', 'deployments', '-n', home, '-o', 'json')
  return (JSON.parse(text) as { items: Awaited<ReturnType<typeof deployments>> }).items
}

async function startPod({ serviceAccountName, containers }: PodSpec): Promise<ManagerProcess> {
  const token = (await cluster.kubectl('create', 'token', serviceAccountName, '-n', home)).trim()
  const args = (containers[0]?.args ?? []).filter((it) => !/^manager$|-bind-address|^--log-level/.test(it))
  return startManager(cluster, { token, args: [...args, '--leader-election-namespace', home] })
}

/** A role that was just made may be refused at first. */
async function refusedTo(account: string, sinceMs: number): Promise<readonly string[]> {
  const requests = (await requestsOf(cluster, `${home}:${account}`)).filter((it) => it.atMs >= sinceMs)
  const named = (isIt: (status: number) => boolean) =>
    new Set(requests.filter((it) => isIt(it.status)).map((it) => `${it.verb} ${it.resource}`))
  const granted = named((status) => status < 300)
  return [...named((status) => status === 403)].filter((it) => !granted.has(it))
}

async function demandsIn(namespace: string): Promise<readonly object[]> {
  const metadata = { namespace, name: 'app' }
  const issuerRef = { name: 'app', kind: 'ExternalIssuer', group: 'external-issuer.io' }
  const request = Buffer.from(await makeCsr({ dnsNames: ['app.example.com'] })).toString('base64')
  const secrets = { apiVersion: 'external-secrets.io/v1', metadata }
  const provider = { fake: { data: [{ key: 'item', value: 'value' }] } }
  const data = [{ secretKey: 'value', remoteRef: { key: 'item' } }]
  return [
    { ...secrets, kind: 'SecretStore', spec: { provider } },
    { ...secrets, kind: 'ExternalSecret', spec: { secretStoreRef: { name: 'app' }, data } },
    {
      apiVersion: 'external-issuer.io/v1alpha1',
      kind: 'ExternalIssuer',
      metadata,
      spec: { signerType: 'mockca' },
    },
    { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata, spec: { request, issuerRef } },
  ]
}

async function apply(items: readonly object[]): Promise<void> {
  const file = join(directory, 'objects.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await cluster.kubectl('apply', '--server-side', '-f', file)
}

async function approve(namespace: string): Promise<void> {
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const approved = { type: 'Approved', status: 'True', reason: 'test', message: 'so', lastTransitionTime: at }
  const patch = JSON.stringify({ status: { conditions: [approved] } })
  const as = ['--subresource=status', '--type=merge', '-p', patch]
  await cluster.kubectl('patch', 'certificaterequest', 'app', '-n', namespace, ...as)
}
