import { metricsAuthRules, metricsPath } from '../../src/runtime/metrics-access.ts'
import { makeBinding, makeServiceAccount, tokenOf } from './accounts.ts'
import { rbacGroup } from './rbac-kinds.ts'
import type { World } from './world.ts'

/** Tokens of those who scrape metrics, or would like to. */
export interface Scrapers {
  /** May get /metrics. */
  readonly reader: string
  /** The same account, for somebody else than the API server. */
  readonly ofAnotherAudience: string
  /** May not. */
  readonly stranger: string
  /** May not yet. */
  readonly latecomer: string
  grantLatecomer(): Promise<void>
}

/** Gives the manager of a world the right to review scrapers, and makes some. */
export async function makeScrapers(world: World): Promise<Scrapers> {
  const { client, namespace } = world
  const account = (name: string) => ({ namespace, name })
  const bind = (role: string, name: string) =>
    makeBinding(client, `${namespace}-${role}-${name}`, account(name), { role })
  const reader = `${namespace}-metrics-reader`
  const reviewer = `${namespace}-metrics-auth`
  await world.apply(
    clusterRole(reader, [{ nonResourceURLs: [metricsPath], verbs: ['get'] }]),
    clusterRole(reviewer, metricsAuthRules),
  )
  for (const it of ['reader', 'stranger', 'latecomer'])
    await makeServiceAccount(client, account(`metrics-${it}`))
  await bind(reviewer, 'keyferry')
  await bind(reader, 'metrics-reader')
  const token = (name: string, audiences: readonly string[] = []) =>
    tokenOf(client, account(`metrics-${name}`), audiences)
  return {
    reader: await token('reader'),
    ofAnotherAudience: await token('reader', ['elsewhere']),
    stranger: await token('stranger'),
    latecomer: await token('latecomer'),
    grantLatecomer: () => bind(reader, 'metrics-latecomer'),
  }
}

function clusterRole(name: string, rules: readonly object[]): object {
  return { apiVersion: `${rbacGroup}/v1`, kind: 'ClusterRole', metadata: { name }, rules }
}
