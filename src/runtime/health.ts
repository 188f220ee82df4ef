import type { KubeObject } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import type { Page } from './http.ts'
import type { Informer } from './informer.ts'

/** One thing that must be so; gives why it is not, or undefined. The words are shown to anybody who asks. */
export interface Check {
  readonly name: string
  why(): string | undefined
}

/** A page in the manner of the API server: 200 when all checks hold, 500 otherwise; `?verbose` lists them. */
export function checksPage(path: string, checks: readonly Check[]): (query: URLSearchParams) => Page {
  return (query) => {
    const results = checks.map((check) => ({ name: check.name, why: check.why() }))
    const isOk = results.every(({ why }) => why === undefined)
    if (isOk && !query.has('verbose')) return { status: 200, body: 'ok' }
    return verbosePage(path, results, isOk)
  }
}

/** The caches hold what there is. A kind that is not served is waited for elsewhere and makes no pod unready. */
export function syncedCheck(informer: Informer<KubeObject>): Check {
  let isSynced = false
  informer.synced.then(
    () => (isSynced = true),
    () => undefined,
  )
  return {
    name: `informer ${informer.title}`,
    why: () => (isSynced ? undefined : `no complete list yet, its watch is ${informer.state}`),
  }
}

const tickMs = 1000
const windowTicks = 30
/** One long stop (a suspended machine) counts no more than this: it is over when it can be measured. */
const maxDelayMs = 5000
const unhealthyMs = 15_000

export interface EventLoopCheck extends Check {
  stop(): void
}

/**
 * Fails when the event loop was late for more than half of the last 30 s. One that is blocked for good answers
 * nothing at all, which a probe sees by its timeout.
 */
export function watchEventLoop(clock: Clock): EventLoopCheck {
  const delays: number[] = []
  let dueMs = clock.monotonic() + tickMs
  let cancel: () => void
  const tick = () => {
    delays.push(Math.min(maxDelayMs, Math.max(0, clock.monotonic() - dueMs)))
    if (delays.length > windowTicks) delays.shift()
    dueMs = clock.monotonic() + tickMs
    cancel = clock.after(tickMs, tick)
  }
  cancel = clock.after(tickMs, tick)
  return {
    name: 'event loop',
    why: () => (isLate(delays) ? 'the event loop is blocked most of the time' : undefined),
    stop: () => cancel(),
  }
}

function isLate(delays: readonly number[]): boolean {
  let sumMs = 0
  for (const delayMs of delays) sumMs += delayMs
  return sumMs > unhealthyMs
}

function verbosePage(
  path: string,
  results: readonly { name: string; why: string | undefined }[],
  isOk: boolean,
): Page {
  const lines = results.map(({ name, why }) =>
    why === undefined ? `[+]${name} ok` : `[-]${name} failed: ${why}`,
  )
  return {
    status: isOk ? 200 : 500,
    body: `${lines.join('\n')}\n${path} check ${isOk ? 'passed' : 'failed'}\n`,
  }
}
