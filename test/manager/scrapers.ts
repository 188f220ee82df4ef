import { metricsAuthRules, metricsPath } from '../../src/runtime/metrics-access.ts'
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
  const { namespace } = world
  const kubectl = (...args: readonly string[]) => world.kubectl(...args)
  const bind = (role: string, account: string) =>
    kubectl(
      'create',
      'clusterrolebinding',
      `${namespace}-${role}-${account}`,
      `--clusterrole=${role}`,
      `--serviceaccount=${namespace}:${account}`,
    )
  const reader = `${namespace}-metrics-reader`
  await kubectl('create', 'clusterrole', reader, '--verb=get', `--non-resource-url=${metricsPath}`)
  for (const it of ['reader', 'stranger', 'latecomer'])
    await kubectl('create', 'serviceaccount', `metrics-${it}`, '-n', namespace)
  const reviewer = `${namespace}-metrics-auth`
  const metadata = { name: reviewer }
  const rules = metricsAuthRules
  await world.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules })
  await bind(reviewer, 'keyferry')
  await bind(reader, 'metrics-reader')
  const token = async (account: string, ...more: readonly string[]) =>
    (await kubectl('create', 'token', `metrics-${account}`, '-n', namespace, ...more)).trim()
  return {
    reader: await token('reader'),
    ofAnotherAudience: await token('reader', '--audience=elsewhere'),
    stranger: await token('stranger'),
    latecomer: await token('latecomer'),
    grantLatecomer: async () => void (await bind(reader, 'metrics-latecomer')),
  }
}
