import { beforeAll, expect, test } from 'vitest'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import { applyCertManagerCrds, startCertManager } from '../partners/cert-manager.ts'
import { makeCertManagerAccount } from '../partners/cert-manager-account.ts'
import { startCertManagerWebhook } from '../partners/cert-manager-webhook.ts'
import { applyManifests } from '../partners/manifests.ts'

interface Request {
  readonly spec: { readonly username: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

const refusal = 'does not have permissions to set approved/denied conditions'
const cluster = sharedCluster()

beforeAll(() => applyCertManagerCrds(cluster))

test('cert-manager approves requests of another issuer only with the right to', async () => {
  const namespace = await newNamespace('approval')
  await using running = new AsyncDisposableStack()
  running.use(await startCertManagerWebhook(cluster, [namespace]))
  const account = running.use(await makeCertManagerAccount(cluster, namespace))
  const { kubeconfigFile } = account
  const certManager = running.use(await startCertManager(cluster, { namespace, kubeconfigFile }))
  await applyManifests(cluster, [certificate(namespace)])
  await eventually('an approval is refused', async () => (await certManager.words(100)).includes(refusal))
  expect(await conditions(namespace)).toEqual([])
  expect((await request(namespace))?.spec.username).toBe(account.user)

  // The same account, now with the right; the webhook asks anew when the controller tries again.
  running.use(await makeCertManagerAccount(cluster, namespace, ['externalissuers.external-issuer.io/*']))

  const isApproved = async () => (await conditions(namespace)).includes('Approved')
  await eventually('the request is approved', isApproved, 60_000)
})

test("cert-manager's webhook holds what of a request may change", async () => {
  const namespace = await newNamespace('webhook')
  await using running = new AsyncDisposableStack()
  running.use(await startCertManagerWebhook(cluster, [namespace]))
  running.use(await startCertManager(cluster, { namespace }))
  await applyManifests(cluster, [certificate(namespace)])
  await eventually('the request is approved', async () => (await conditions(namespace)).includes('Approved'))

  const patched = (patch: object, ...more: readonly string[]) => {
    const target = [
      'certificaterequest',
      'tls-1',
      '-n',
      namespace,
      '--type=merge',
      '-p',
      JSON.stringify(patch),
    ]
    return cluster.kubectl('patch', ...target, ...more).catch(String)
  }

  expect(await patched({ spec: { duration: '1h' } })).toContain('cannot change spec after creation')
  const withoutConditions = { status: { conditions: [] } }
  expect(await patched(withoutConditions, '--subresource=status')).toContain("'Approved' condition")
})

function certificate(namespace: string): object {
  const issuerRef = { name: 'nobody', kind: 'ExternalIssuer', group: 'external-issuer.io' }
  const metadata = { namespace, name: 'tls' }
  const spec = { secretName: 'tls', dnsNames: ['a.example.com'], issuerRef }
  return { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata, spec }
}

async function request(namespace: string): Promise<Request | undefined> {
  const found = await cluster.kubectl(
    'get',
    'cr',
    'tls-1',
    '-n',
    namespace,
    '--ignore-not-found',
    '-o',
    'json',
  )
  return found === '' ? undefined : (JSON.parse(found) as Request)
}

/** Types of the approvers' conditions that are true. */
async function conditions(namespace: string): Promise<readonly string[]> {
  const all = (await request(namespace))?.status?.conditions ?? []
  return all.filter((it) => it.status === 'True').map((it) => it.type)
}
