import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { eventually } from '../manager/eventually.ts'
import { applyApproverPolicyCrd, startApproverPolicy } from '../partners/approver-policy.ts'
import { applyCertManagerCrds, startCertManager } from '../partners/cert-manager.ts'
import { startCertManagerWebhook } from '../partners/cert-manager-webhook.ts'
import { startKeyferry } from '../partners/keyferry.ts'
import { applyManifests } from '../partners/manifests.ts'

const namespace = 'policy'
const kinds = ['ExternalIssuer', 'ExternalClusterIssuer'] as const

/** A cluster of its own: approver-policy decides, and a manager for cluster issuers signs, in all of its namespaces. */
let cluster: Cluster
const running = new AsyncDisposableStack()

beforeAll(async () => {
  cluster = running.use(await startCluster({ audit: false }))
  await Promise.all([applyCertManagerCrds(cluster), applyApproverPolicyCrd(cluster)])
  await cluster.kubectl('create', 'namespace', namespace)
  running.use(await startCertManagerWebhook(cluster, [namespace]))
  running.use(await startCertManager(cluster, { without: 'certificaterequests-approver' }))
  running.use(await startApproverPolicy(cluster, namespace))
  running.use(await startKeyferry(cluster))
  await applyManifests(cluster, [policy(), ...kinds.map(issuer)])
}, 300_000)

afterAll(() => running.disposeAsync())

test.for(kinds)('approver-policy approves what a policy allows of an %s, which signs it', async (kind) => {
  const name = `approved-${kind.toLowerCase()}`
  await applyManifests(cluster, [certificate(kind, name, 'a.example.com')])

  const isReady = async () => (await conditions('certificate', name))['Ready']?.status === 'True'
  await eventually('the Certificate is ready', isReady, 30_000)
})

test.for(kinds)('approver-policy denies the rest of an %s, which is not signed', async (kind) => {
  const name = `denied-${kind.toLowerCase()}`
  await applyManifests(cluster, [certificate(kind, name, 'a.example.org')])

  const isOver = async () => (await conditions('certificaterequest', `${name}-1`))['Ready']?.reason
  expect(await eventually('the request is over', isOver, 30_000)).toBe('Denied')
  const request = await read('certificaterequest', `${name}-1`)
  expect(request.status).toMatchObject({ failureTime: expect.any(String) as string })
  expect(request.status).not.toHaveProperty('certificate')
})

function issuer(kind: (typeof kinds)[number]): object {
  const metadata = kind === 'ExternalIssuer' ? { namespace, name: 'ca' } : { name: 'ca' }
  return { apiVersion: 'external-issuer.io/v1alpha1', kind, metadata, spec: { signerType: 'mockca' } }
}

function certificate(kind: string, name: string, dnsName: string): object {
  const issuerRef = { name: 'ca', kind, group: 'external-issuer.io' }
  const spec = { secretName: name, dnsNames: [dnsName], issuerRef }
  return { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { namespace, name }, spec }
}

function policy(): object {
  const usages = ['digital signature', 'key encipherment']
  return {
    apiVersion: 'policy.cert-manager.io/v1alpha1',
    kind: 'CertificateRequestPolicy',
    metadata: { name: namespace },
    spec: {
      selector: { issuerRef: {}, namespace: { matchNames: [namespace] } },
      allowed: { dnsNames: { values: ['*.example.com'] }, usages },
    },
  }
}

interface Seen {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
}

async function read(kind: string, name: string): Promise<Seen> {
  const found = await cluster.kubectl('get', kind, name, '-n', namespace, '--ignore-not-found', '-o', 'json')
  return found === '' ? {} : (JSON.parse(found) as Seen)
}

async function conditions(kind: string, name: string): Promise<Readonly<Record<string, Condition>>> {
  const { status } = await read(kind, name)
  return Object.fromEntries((status?.conditions ?? []).map((it) => [it.type, it]))
}
