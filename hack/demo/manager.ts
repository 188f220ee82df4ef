import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type ClusterFacts, kubectl } from '../../test/cluster/cluster.ts'
import { eventually } from '../../test/manager/eventually.ts'
import { type ManagerProcess, startManager } from '../../test/manager/manager-process.ts'
import { say } from './story.ts'

const root = join(import.meta.dirname, '../..')
const namespace = 'keyferry-system'

export interface DemoManager extends ManagerProcess {
  /** Resolves once a Secret was told of that came out like this: `created`, `updated`. */
  untilTold(outcome: string): Promise<unknown>
}

/**
 * Builds the bundle and runs both halves of it, each as a ServiceAccount of its own with the rights of config/rbac and no
 * others; tells what it writes.
 */
export async function startDemoManager(cluster: ClusterFacts): Promise<DemoManager> {
  await promisify(execFile)(process.execPath, [join(root, 'hack/build.ts')], { cwd: root })
  const token = await makeServiceAccounts(cluster)
  const entry = join(root, 'dist/keyferry.mjs')
  const args = [
    '--controllers',
    'external-secrets,issuers',
    '--external-secrets-service-account',
    `${namespace}/keyferry-external-secrets`,
    '--issuer-service-account',
    `${namespace}/keyferry-issuer`,
  ]
  return tellingWrites(await startManager(cluster, { token, entry, args, logLevel: 'info' }))
}

/** The pod's own may only ask for tokens of the other two: one reads Akeyless and writes Secrets, the other signs. */
async function makeServiceAccounts(cluster: ClusterFacts): Promise<string> {
  const run = (...args: readonly string[]) => kubectl(cluster, ...args)
  const [tokens, secrets, issuer] = ['keyferry', 'keyferry-external-secrets', 'keyferry-issuer']
  await run('create', 'namespace', namespace)
  for (const name of [tokens, secrets, issuer]) await run('-n', namespace, 'create', 'serviceaccount', name)
  const subject = (name: string) => `--serviceaccount=${namespace}:${name}`
  for (const name of [secrets, issuer])
    await run('create', 'clusterrolebinding', name, `--clusterrole=${name}`, subject(name))
  const role = '--clusterrole=keyferry-identities'
  await run('-n', namespace, 'create', 'rolebinding', tokens, role, subject(tokens))
  return (await run('-n', namespace, 'create', 'token', tokens, '--duration=8h')).trim()
}

/** Follows the audit records of the manager and says those that tell of a Secret. */
function tellingWrites(manager: ManagerProcess): DemoManager {
  const outcomes: string[] = []
  const tell = async () => {
    const records = (await manager.logs()).flatMap((it) => (isWrite(it) ? [it.audit] : []))
    for (const { secret, outcome } of records.slice(outcomes.length)) {
      if (outcome !== 'unchanged') say(`  keyferry: Secret ${secret} ${outcome}`)
      outcomes.push(outcome)
    }
  }
  const ticker = setInterval(() => void tell().catch(() => undefined), 100)
  return {
    ...manager,
    untilTold: (outcome) => eventually(`a Secret is ${outcome}`, () => outcomes.includes(outcome)),
    [Symbol.asyncDispose]: async () => {
      clearInterval(ticker)
      await manager[Symbol.asyncDispose]()
    },
  }
}

interface WriteRecord {
  readonly audit: { readonly action: 'write'; readonly secret: string; readonly outcome: string }
}

function isWrite(line: Record<string, unknown>): line is Record<string, unknown> & WriteRecord {
  const audit = line['audit']
  return typeof audit === 'object' && audit !== null && 'action' in audit && audit.action === 'write'
}
