import { Refusals } from '../akeyless/refusals.ts'
import { askVersion } from '../check/api-server.ts'
import { verdictOf } from '../check/explain.ts'
import { type Finding, warned } from '../check/finding.ts'
import { leaseVerdict } from '../check/lease.ts'
import { Legs } from '../check/legs.ts'
import { exitCodeOf, jsonOf, summaryOf, textOf } from '../check/report.ts'
import { reviewsThrough } from '../check/review.ts'
import type { Client } from '../kube/client.ts'
import { keyOf } from '../kube/object.ts'
import { unguarded } from '../runtime/guard.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { systemClock } from '../std/clock.ts'
import { absentNamespaces } from './absent-namespaces.ts'
import { type ApiServer, connectApiServer, type HalfAccess } from './api-server.ts'
import type { CheckFlags } from './check-flags.ts'
import { walkExternalSecrets, walkIssuers } from './check-halves.ts'
import { processRights } from './check-rights.ts'
import { type Emit, identityOf, rightsOf, type Walk } from './check-walk.ts'

/** The whole check takes so many times the time of a leg at most. */
const legsInAll = 12

/** `keyferry check`: walks the chain from the API server to the logins and says which leg fails; 1 when one does. */
export async function runCheck(flags: CheckFlags, print = toStdout): Promise<0 | 1> {
  const findings: Finding[] = []
  const emit = (stage: readonly Finding[]) => {
    findings.push(...stage)
    if (flags.output === 'text') for (const it of stage) print(textOf(it))
  }
  await walk(flags, emit)
  print(flags.output === 'json' ? jsonOf(findings) : summaryOf(findings))
  return exitCodeOf(findings)
}

function toStdout(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function walk(flags: CheckFlags, emit: Emit): Promise<void> {
  const over = new AbortController()
  const cancel = systemClock.after(legsInAll * flags.timeout, () => over.abort(new Error('time is over')))
  const { signal } = over
  const legs = new Legs({ clock: systemClock, timeoutMs: flags.timeout, signal })
  let api: ApiServer | undefined
  try {
    api = await connectApiServer(flags, createMetrics({ process: false }))
    await walkWith({ flags, api, legs, emit, signal, refusals: new Refusals(systemClock) })
  } catch (error) {
    if (api !== undefined) throw error
    emit([{ check: 'api-server', ...verdictOf(error), durationMs: 0 }])
  } finally {
    cancel()
    over.abort(new Error('the check is over'))
    await api?.close()
  }
}

async function walkWith(walk: Walk): Promise<void> {
  const { flags, api, emit, signal } = walk
  const own = api.half(undefined, unguarded(), signal)
  if (!(await reached(own, walk))) return
  const ask = reviewsThrough(own.transport)
  const who = await identityOf(ask, undefined, walk)
  emit(await absenceIn(own.client, walk))
  emit(await rightsOf(processRights(flags, leaseNamespaceOf(walk)), { who, ask, of: 'process' }, walk))
  if (flags.controllers.includes('external-secrets')) await walkExternalSecrets(walk)
  if (flags.controllers.includes('issuers')) await walkIssuers(walk)
  emit([await leaseOf(own.client, walk)])
}

/** Nothing else can be told without it. */
async function reached({ transport }: HalfAccess, { flags, api, legs, emit }: Walk): Promise<boolean> {
  const { server } = api.connection
  let time: Finding | undefined
  const finding = await legs.run('api-server', server, async (signal) => {
    const asked = await askVersion({ transport, clock: systemClock, signal, timeoutMs: flags.timeout })
    time = { check: 'clock', object: server, ...asked.time, durationMs: 0 }
    return asked.reached
  })
  emit([finding, ...(time === undefined ? [] : [time])])
  return finding.status !== 'failed'
}

/** A misspelt namespace has nothing in it that could fail. */
async function absenceIn(client: Client, { flags, signal }: Walk): Promise<readonly Finding[]> {
  const absent = await absentNamespaces(flags.namespace, client, signal).catch(() => [])
  const verdict = warned('there is no such namespace', 'correct --namespace')
  return absent.map((object) => ({ check: 'namespace', object, ...verdict, durationMs: 0 }))
}

/** As the manager finds it; undefined where none would be elected. */
function leaseNamespaceOf({ flags, api }: Walk): string | undefined {
  const inCluster = flags.kubeconfig === undefined && process.env['KUBERNETES_SERVICE_HOST'] !== undefined
  if (!(flags.leaderElect ?? inCluster)) return undefined
  return flags.leaderElectionNamespace ?? api.connection.namespace
}

async function leaseOf(client: Client, { flags, api, legs }: Walk): Promise<Finding> {
  const { leaderElectionId: name, leaderElectionNamespace } = flags
  if (flags.leaderElect === false) return legs.skip('lease', name, 'leader election is off')
  const namespace = leaderElectionNamespace ?? api.connection.namespace
  if (namespace === undefined)
    return legs.skip('lease', name, 'name its namespace with --leader-election-namespace')
  const ref = { namespace, name }
  const isNamed = leaderElectionNamespace !== undefined
  return legs.run('lease', keyOf(ref), (signal) =>
    leaseVerdict({ client, ref, isNamed, nowMs: systemClock.now(), signal }),
  )
}
