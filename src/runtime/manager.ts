import type { KubeObject } from '../kube/object.ts'
import { type Clock, sleep } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Controller } from './controller.ts'
import type { EventRecorder } from './events.ts'
import { unguarded } from './guard.ts'
import type { SmallServer } from './http.ts'
import type { Informer } from './informer.ts'
import type { Elector } from './leader.ts'

/** Something else that lives with the manager: started before the informers, stopped after them. */
export interface Service {
  readonly name: string
  start(): Promise<void>
  stop(): Promise<void>
}

export interface ManagerOptions {
  readonly servers: readonly SmallServer[]
  readonly services?: readonly Service[]
  /** Kept warm on every replica, whoever leads. */
  readonly informers: readonly Informer<KubeObject>[]
  /** Those of `informers` that may never be synced: a right that is optional, a kind that may be absent. */
  readonly optional?: readonly Informer<KubeObject>[]
  /** Absent: this process acts without asking. */
  readonly elector?: Elector | undefined
  /** Work of the leader only. */
  readonly controllers: readonly Controller[]
  readonly recorders: readonly EventRecorder[]
  readonly log: Log
  readonly clock: Clock
  /** For the whole ordered stop. */
  readonly graceMs?: number
  /** For how long a replica waits for its caches before it stands for election all the same. */
  readonly syncTimeoutMs?: number
}

const defaultGraceMs = 30_000
const defaultSyncTimeoutMs = 120_000
/** Parts of the grace. The lease is given back in what is kept for it, whatever else hangs. */
const drainMs = 10_000
const flushMs = 5000
const releaseMs = 5000

/**
 * Runs until `signal` is aborted, then stops everything in reverse order and resolves. Rejects when a server cannot
 * listen; and with NotLeadingError when leadership was lost: nothing is stopped in order then, the process must end.
 */
export async function runManager(options: ManagerOptions, signal: AbortSignal): Promise<void> {
  const { elector, log } = options
  try {
    await start(options, signal)
    await untilAborted(elector === undefined ? [signal] : [signal, elector.signal])
  } catch (error) {
    if (!signal.aborted) return await stopAndThrow(options, error)
  }
  elector?.signal.throwIfAborted()
  log.info('Manager stopping')
  await stop(options)
  log.info('Manager stopped')
}

async function stopAndThrow(options: ManagerOptions, error: unknown): Promise<never> {
  await stop(options)
  throw error
}

/** Servers first, so that probes and metrics tell of the rest; informers before election, so that a new leader is warm. */
async function start(options: ManagerOptions, signal: AbortSignal): Promise<void> {
  const { servers, services = [], informers, elector, controllers } = options
  for (const it of [...servers, ...services]) await it.start()
  for (const informer of informers) informer.start()
  await untilSynced(options, signal)
  await elector?.campaign(signal)
  signal.throwIfAborted()
  for (const controller of controllers) controller.start(elector?.signal ?? unguarded().signal)
}

/** A replica without caches would hold the lease in vain; but one kind that cannot be listed must not idle the others. */
async function untilSynced(options: ManagerOptions, signal: AbortSignal): Promise<void> {
  const { informers, optional = [], clock, log, syncTimeoutMs = defaultSyncTimeoutMs } = options
  const required = informers.filter((it) => !optional.includes(it))
  const waiting = new Set(required)
  const synced = Promise.all<void>(
    required.map(async (informer) => {
      await informer.synced
      waiting.delete(informer)
    }),
  )
  await within(syncTimeoutMs, clock, synced, signal)
  const missing = [...waiting].map(({ title, state }) => `${title} (${state})`)
  if (missing.length > 0) log.error({ informers: missing }, 'Caches are not synced: going on without them')
}

async function stop(options: ManagerOptions): Promise<void> {
  const { elector, clock, log, graceMs = defaultGraceMs } = options
  const isStopped = await within(graceMs - releaseMs, clock, stopInOrder(options))
  if (!isStopped) log.warn('Work did not end in time: it is left behind')
  // From here on the guard refuses every request of what was left behind.
  await within(releaseMs, clock, elector?.release() ?? Promise.resolve())
}

async function stopInOrder(options: ManagerOptions): Promise<void> {
  const { controllers, recorders, informers, services = [], servers } = options
  await Promise.all(controllers.map((it) => it.stop(drainMs)))
  await Promise.all(recorders.map((it) => it.stop(flushMs)))
  await Promise.all(informers.map((it) => it.stop()))
  for (const it of [...services, ...servers].toReversed()) await it.stop()
}

/** True when the work ended in time; false when the time or the signal was first. */
async function within(
  ms: number,
  clock: Clock,
  work: Promise<unknown>,
  signal?: AbortSignal,
): Promise<boolean> {
  const timer = new AbortController()
  const ends = signal === undefined ? timer.signal : AbortSignal.any([timer.signal, signal])
  const late = sleep(ms, clock, ends).then(
    () => false,
    () => false,
  )
  return Promise.race([work.then(() => true), late]).finally(() => timer.abort())
}

function untilAborted(signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    }
  })
}
