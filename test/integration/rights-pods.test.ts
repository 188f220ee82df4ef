import { afterAll, beforeAll, expect, test } from 'vitest'
import { identityRules } from '../../src/cli/api-server.ts'
import type { Client } from '../../src/kube/client.ts'
import { createElector, leaseRules } from '../../src/runtime/leader.ts'
import { systemClock } from '../../src/std/clock.ts'
import { createLog } from '../../src/std/log.ts'
import { connect } from '../cluster/client.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { narrowAccount, type Right, rightsIn, without } from '../manager/narrow-account.ts'

const cluster = sharedCluster()
const rules = leaseRules('keyferry')
let admin: ReturnType<typeof connect>

beforeAll(() => {
  admin = connect(cluster)
})

afterAll(() => admin?.[Symbol.asyncDispose]())

/** Lets two electors of one account campaign, one after the other; gives how many of them led, and waits for `wanted`. */
async function electTwice(client: Client, namespace: string, wanted: number): Promise<number> {
  let led = 0
  for (const identity of ['first', 'second']) {
    const elector = createElector({
      client,
      lease: { namespace, name: 'keyferry' },
      identity,
      clock: systemClock,
      log: createLog('error'),
      leaseDurationMs: 1000,
      renewDeadlineMs: 600,
      retryPeriodMs: 100,
    })
    // Without the right it would not be had after the Lease has run out either.
    const hasWon = await elector.campaign(AbortSignal.timeout(led < wanted ? 30_000 : 2500)).then(
      () => true,
      () => false,
    )
    if (!hasWon) return led
    led++
    await elector.release()
  }
  return led
}

async function ledWith(account: typeof rules, wanted: number): Promise<{ led: number; namespace: string }> {
  const namespace = await newNamespace('elect')
  const token = await narrowAccount(admin.client, { namespace, name: 'narrow' }, account)
  await using connection = connect(cluster, token)
  return { led: await electTwice(connection.client, namespace, wanted), namespace }
}

test('S15: with the rights of the Role one replica leads after the other', async () => {
  expect((await ledWith(rules, 2)).led).toBe(2)
})

const rows: readonly { right: Right; fails: string; led: number }[] = [
  { right: 'create leases', fails: 'nobody ever leads', led: 0 },
  { right: 'get leases', fails: 'nobody ever leads', led: 0 },
  { right: 'patch leases', fails: 'nobody takes over', led: 1 },
]

test.concurrent.each(rows)('S15: without $right $fails', async ({ right, led }) => {
  const seen = await ledWith(without(right, rules), led)

  expect(seen.led).toBe(led)
  const isRefused = async () => {
    const requests = await requestsOf(cluster, `${seen.namespace}:narrow`)
    return requests.some((it) => it.status === 403 && `${it.verb} ${it.resource}` === right)
  }
  await eventually(`the API server refuses to ${right}`, isRefused)
})

test('S15: without create serviceaccounts/token no half has an identity', async () => {
  const namespace = await newNamespace('identity')
  const signal = AbortSignal.timeout(30_000)
  const wanted = { namespace, name: 'keyferry-issuer' }
  await cluster.kubectl('create', 'serviceaccount', wanted.name, '-n', namespace)
  const ask = async (name: string, given: typeof rules) => {
    const token = await narrowAccount(admin.client, { namespace, name }, given)
    await using connection = connect(cluster, token)
    return await connection.client.createToken(wanted, { expirationSeconds: 3600, signal })
  }

  await expect(ask('with', identityRules)).resolves.toHaveProperty('token')
  await expect(ask('without', without('create serviceaccounts/token', identityRules))).rejects.toThrow('403')
})

test('S15: every right of the process itself has its row', () => {
  expect(rows.map((it) => it.right).toSorted()).toEqual(rightsIn(rules))
  expect(rightsIn(identityRules)).toEqual(['create serviceaccounts/token'])
})
