import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { issuersHalf } from '../../hack/generate/half-rules.ts'
import { issuerInputRules } from '../../src/issuer/rules.ts'
import { connect } from '../cluster/client.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { answer } from '../fakes/fault-proxy/fault.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import type { VaultStandIn } from '../fakes/pki/vault.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerManager, startIssuerManager } from '../manager/issuer-manager.ts'
import { type PkiSide, pkiIssuer, vaultSide } from '../manager/issuer-pki.ts'
import { type IssuerScene, newIssuerScene, type SceneKind } from '../manager/issuer-scene.ts'
import { narrowAccount, type Right, rightsIn, without } from '../manager/narrow-account.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

// Deadlines are for a machine that does much else.
vi.setConfig({ testTimeout: 120_000, maxConcurrency: 6 })
const withinMs = 60_000

const rules = [...issuersHalf, ...issuerInputRules]
/** Of its own: managers that serve cluster issuers would serve those of other tests. */
let cluster: Cluster
let connection: ReturnType<typeof connect>
/** In front of the API server: for conflicts that come when they are wanted. */
let proxy: FaultProxy
/** An API server that knows no WatchList, as before Kubernetes 1.34 where it was not switched on. */
let old: FaultProxy
let vault: PkiSide<VaultStandIn>

beforeAll(async () => {
  cluster = await startCluster()
  connection = connect(cluster)
  await cluster.kubectl('apply', '--server-side', '-f', 'config/crd', '-f', 'config/rbac')
  await applyCertManagerCrds(cluster)
  const upstream = { upstream: cluster.server, upstreamCaPem: cluster.caPem }
  ;[proxy, old] = await Promise.all([startFaultProxy(upstream), startFaultProxy(upstream)])
  old.on((it) => it.path.includes('sendInitialEvents'), answer(422))
  vault = await vaultSide(await PkiAuthority.make())
}, 300_000)

afterAll(async () => {
  await vault?.server.down()
  for (const it of [proxy, old, connection, cluster]) await it?.[Symbol.asyncDispose]()
})

/** A manager that lacks one right, and a namespace that only it serves. */
interface Place {
  readonly scene: IssuerScene
  readonly manager: IssuerManager
}

interface Row {
  readonly right: Right
  /** What somebody sees. */
  readonly fails: string
  readonly show: (place: Place) => Promise<unknown>
  readonly isOfCluster?: true
  readonly server?: () => FaultProxy
}

const isOfCluster = true
/** The name of a cluster issuer is that of the scene's namespace. */
const clusterIssuer = ({ namespace }: IssuerScene, spec: object = {}) => ({
  apiVersion: 'external-issuer.io/v1alpha1',
  kind: 'ExternalClusterIssuer',
  metadata: { name: namespace },
  spec: { signerType: 'mockca', ...spec },
})

/** What fills the caches; `list` where the API server knows no WatchList. */
function views(verb: 'list' | 'watch'): readonly Row[] {
  const server = verb === 'list' ? { server: () => old } : {}
  return [
    {
      right: `${verb} externalissuers`,
      ...server,
      fails: 'no issuer is seen',
      show: async ({ scene, manager }) => {
        await scene.apply(scene.issuer('ca'))
        await complaint(manager, 'externalissuers')
        expect(await readyOf(scene, 'externalissuer', 'ca')).toBeUndefined()
      },
    },
    {
      right: `${verb} externalclusterissuers`,
      ...server,
      isOfCluster,
      fails: 'the manager says so',
      show: ({ manager }) => complaint(manager, 'externalclusterissuers'),
    },
    {
      right: `${verb} certificaterequests`,
      ...server,
      fails: 'no request is seen',
      show: async ({ scene, manager }) => {
        await scene.apply(scene.issuer('ca'))
        await scene.request('a')
        await complaint(manager, 'certificaterequests')
        expect(await readyOf(scene, 'certificaterequest', 'a')).toBeUndefined()
      },
    },
    ...['secrets', 'configmaps'].map((input) => ({
      right: `${verb} ${input}`,
      ...server,
      fails: 'what an issuer reads is not followed: a change is seen at the next check',
      show: async ({ scene, manager }: Place) => {
        await scene.apply(...pkiIssuer(scene, 'ca', vault))
        await scene.reason('externalissuer', 'ca', 'Checked', withinMs)
        // Where it may not even list, it does not begin to watch.
        if (verb === 'watch') await complaint(manager, input)
      },
    })),
  ]
}

const rows: readonly Row[] = [
  ...views('list'),
  ...views('watch'),
  {
    right: 'get secrets',
    fails: 'an issuer cannot read its credential',
    show: async ({ scene }) => {
      await scene.apply(...pkiIssuer(scene, 'ca', vault))
      expect(await messageOf(scene, 'externalissuer', 'ca')).toMatch(/Secret .*403/)
    },
  },
  {
    right: 'get configmaps',
    fails: 'an issuer cannot read its configuration',
    show: async ({ scene }) => {
      await scene.apply(...pkiIssuer(scene, 'ca', vault))
      expect(await messageOf(scene, 'externalissuer', 'ca')).toMatch(/ConfigMap .*403/)
    },
  },
  {
    right: 'get certificaterequests',
    fails: 'nothing is signed: whether it is still approved cannot be asked',
    show: async ({ scene, manager }) => {
      await scene.apply(scene.issuer('ca'))
      await scene.request('a')
      await refusal(manager, 'CertificateRequest')
      expect(await readyOf(scene, 'certificaterequest', 'a')).not.toBe('Issued')
    },
  },
  {
    right: 'get namespaces',
    isOfCluster,
    fails: 'a cluster issuer that admits namespaces by label signs nothing, and its requests say why',
    show: async ({ scene }) => {
      const selector = { matchLabels: { 'kubernetes.io/metadata.name': scene.namespace } }
      await scene.apply(clusterIssuer(scene, { allowedNamespaces: { selector } }))
      await scene.request('a', { issuerRef: { name: scene.namespace, kind: 'ExternalClusterIssuer' } })
      const saysWhy = async () =>
        (await messageOf(scene, 'certificaterequest', 'a')).includes('no right to get namespaces')
      await eventually('the request says why', saysWhy, withinMs)
    },
  },
  {
    right: 'patch certificaterequests/status',
    fails: 'a request has neither certificate nor condition',
    show: async ({ scene, manager }) => {
      await scene.apply(scene.issuer('ca'))
      await scene.request('a')
      await refusal(manager, 'CertificateRequest')
      expect(await readyOf(scene, 'certificaterequest', 'a')).toBeUndefined()
    },
  },
  {
    right: 'patch externalissuers/status',
    fails: 'an issuer has no status',
    show: async ({ scene, manager }) => {
      await scene.apply(scene.issuer('ca'))
      await refusal(manager, 'ExternalIssuer')
      expect(await readyOf(scene, 'externalissuer', 'ca')).toBeUndefined()
    },
  },
  {
    right: 'patch externalclusterissuers/status',
    isOfCluster,
    fails: 'the manager says so',
    show: async ({ scene, manager }) => {
      await scene.apply(clusterIssuer(scene))
      await refusal(manager, 'ExternalClusterIssuer')
    },
  },
  {
    right: 'get externalissuers',
    fails: 'a status whose write met another one must wait',
    server: () => proxy,
    show: async ({ scene, manager }) => {
      conflictOnce(`/${scene.namespace}/externalissuers/ca/status`)
      await scene.apply(scene.issuer('ca'))
      await refusal(manager, 'ExternalIssuer')
    },
  },
  {
    right: 'get externalclusterissuers',
    isOfCluster,
    fails: 'a status whose write met another one must wait',
    server: () => proxy,
    show: async ({ scene, manager }) => {
      conflictOnce(`/externalclusterissuers/${scene.namespace}/status`)
      await scene.apply(clusterIssuer(scene))
      await refusal(manager, 'ExternalClusterIssuer')
    },
  },
  {
    right: 'create events',
    fails: 'nothing is told of what was issued',
    show: async ({ scene, manager }) => {
      await scene.apply(scene.issuer('ca'))
      await scene.request('a')
      await scene.reason('certificaterequest', 'a', 'Issued', withinMs)
      await said(manager, /Event dropped/)
      expect(await scene.kubectl('get', 'events', '-n', scene.namespace, '-o', 'name')).toBe('')
    },
  },
  {
    right: 'patch events',
    fails: 'what happens again is not counted',
    show: async ({ scene, manager }) => {
      const wrong = { ...vault.credentials, secretId: 'wrong' }
      const isDropped = async () => {
        await scene.apply(...pkiIssuer(scene, 'ca', { ...vault, credentials: wrong }))
        await scene.reason('externalissuer', 'ca', 'Pending', withinMs)
        await scene.apply(...pkiIssuer(scene, 'ca', vault))
        await scene.reason('externalissuer', 'ca', 'Checked', withinMs)
        return manager.log.some((it) => it.includes('Event dropped'))
      }
      await eventually('an Event is dropped', isDropped, withinMs)
    },
  },
]

function conflictOnce(place: string): void {
  proxy.on((it) => it.method === 'PATCH' && it.path.includes(place), answer(409), { times: 1 })
}

function said(manager: IssuerManager, words: RegExp): Promise<unknown> {
  return eventually(`the log tells ${words}`, () => manager.log.some((it) => words.test(it)), withinMs)
}

const complaint = (manager: IssuerManager, kind: string) =>
  said(manager, new RegExp(`"selection":"${kind}[ ."].*Watch failed`))

const refusal = (manager: IssuerManager, kind: string) => said(manager, new RegExp(`${kind} [^"]*403`))

async function readyOf(scene: IssuerScene, kind: SceneKind, name: string): Promise<string | undefined> {
  const { status } = await scene.get(kind, name)
  return status?.conditions?.find((it) => it.type === 'Ready')?.reason
}

async function messageOf(scene: IssuerScene, kind: SceneKind, name: string): Promise<string> {
  const seen = await scene.reason(kind, name, 'Pending', withinMs)
  return seen.status?.conditions?.find((it) => it.type === 'Ready')?.message ?? ''
}

describe('in one namespace', () => {
  const scoped = rows.filter((it) => it.isOfCluster !== true)

  test.concurrent.each(scoped)('S15, M24: without $right $fails', show)
})

// One after the other: each serves all that is there.
describe('in all namespaces', () => {
  const clusterWide = rows.filter((it) => it.isOfCluster === true)

  test.each(clusterWide)('S15, M24: without $right $fails', show)
})

async function show(row: Row): Promise<void> {
  const { right, server = () => proxy } = row
  const scene = await newIssuerScene(cluster)
  const { namespace } = scene
  const token = await narrowAccount(connection.client, { namespace, name: 'narrow' }, without(right, rules))
  const { url, caPem } = server()
  const scope = row.isOfCluster ? ['--cluster-resource-namespace', namespace] : ['--namespace', namespace]
  await using manager = await startIssuerManager({
    cluster: { server: url, caPem },
    token,
    args: [...scope, '--insecure-local-endpoints'],
    awaitSynced: false,
  })

  await row.show({ scene, manager })

  const isRefused = async () => {
    const requests = await requestsOf(cluster, `${namespace}:narrow`)
    return requests.some((it) => it.status === 403 && `${it.verb} ${it.resource}` === right)
  }
  await eventually(`the API server refuses to ${right}`, isRefused, withinMs)
}

test('S15: every right of the half has its row', () => {
  expect(rows.map((it) => it.right).toSorted()).toEqual(rightsIn(rules))
})
