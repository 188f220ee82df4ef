import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { certificateRequestKind } from '../../src/api/certificaterequest.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { isWrite, requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { startIssuerManager } from '../manager/issuer-manager.ts'
import { type PkiSide, pkiIssuer, vaultSide } from '../manager/issuer-pki.ts'
import { newIssuerScene } from '../manager/issuer-scene.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

const cluster = sharedCluster()
const count = 1000
const concurrent = 10

beforeAll(() => applyCertManagerCrds(cluster), 300_000)

/** Counts how many CSRs the authority has in hand at once, and takes its time for each. */
function slowed(authority: PkiAuthority, ms: number): { readonly most: number } {
  const sign = authority.sign.bind(authority)
  let now = 0
  const seen = { most: 0 }
  authority.sign = async (...args) => {
    seen.most = Math.max(seen.most, ++now)
    await sleep(ms)
    return sign(...args).finally(() => void now--)
  }
  return seen
}

/** A PKI that is given up on would be asked again. */
async function patientSide(authority: PkiAuthority): Promise<PkiSide> {
  const side = await vaultSide(authority)
  return { ...side, yaml: side.yaml.replace('request: 10s', 'request: 60s') }
}

test('F57: 1,000 requests at once are each submitted once and written twice, few at a time, and other issuers do not wait', async () => {
  const scene = await newIssuerScene(cluster)
  const { namespace, token } = scene
  const authority = await PkiAuthority.make()
  const side = await patientSide(authority)
  const inHand = slowed(authority, 20)
  const args = ['--namespace', namespace, '--insecure-local-endpoints', '--concurrent', String(concurrent)]
  await using _ = await startIssuerManager({ cluster, token, args })
  await scene.apply(...pkiIssuer(scene, 'busy', side), scene.issuer('quiet'))
  for (const it of ['busy', 'quiet']) await scene.reason('externalissuer', it, 'Checked')
  const names = Array.from({ length: count }, (_, index) => `flood-${index}`)
  const rest = [...names]
  const make = async () => {
    for (let it = rest.shift(); it !== undefined; it = rest.shift())
      await scene.request(it, { issuerRef: { name: 'busy' } })
  }
  const making = Promise.all(Array.from({ length: 50 }, make))
  await eventually('they are being signed', () => authority.issued > 50, 120_000)
  await scene.request('other', { issuerRef: { name: 'quiet' } })
  await scene.reason('certificaterequest', 'other', 'Issued')
  const left = count - authority.issued

  await making
  await using connection = connect(cluster)
  const isOver = async () => {
    const { items } = await connection.client.list<never>(certificateRequestKind, {
      namespace,
      signal: AbortSignal.timeout(30_000),
    })
    return items.every((it: { status?: { certificate?: string } }) => it.status?.certificate !== undefined)
  }
  await eventually('all are issued', isOver, 400_000)
  const all = await requestsOf(cluster, `${namespace}:keyferry-issuer`)
  const written = new Map<string, number>()
  for (const it of all.filter((one) => isWrite(one) && one.resource === 'certificaterequests/status'))
    written.set(it.name ?? '', (written.get(it.name ?? '') ?? 0) + 1)
  console.log(JSON.stringify({ left, most: inHand.most, submits: side.submits() }))

  expect(side.submits()).toBe(count)
  expect(inHand.most).toBeLessThanOrEqual(concurrent)
  expect(left).toBeGreaterThan(0)
  expect(names.filter((it) => written.get(it) !== 2)).toEqual([])
  await side.server.down()
})
