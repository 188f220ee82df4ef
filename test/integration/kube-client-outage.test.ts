import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConnection } from '../../src/kube/config.ts'
import { ApiError, TransportError } from '../../src/kube/errors.ts'
import { configMapKind } from '../../src/kube/kind.ts'
import { createClient } from '../../src/kube/rest-client.ts'
import { createTransport, type ResponseFact } from '../../src/kube/transport-undici.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'

const signal = new AbortController().signal
const timeoutMs = 2000
let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster({ audit: false })
})

afterAll(() => cluster.stop())

interface Attempt {
  readonly ok: boolean
  readonly tookMs: number
  readonly startedAt: number
  readonly error?: unknown
}

/** Writes without a pause, four at a time, until told to stop. */
async function startWriting() {
  const unanswered: ResponseFact[] = []
  const transport = createTransport(await loadConnection({ kubeconfigFile: cluster.kubeconfigFile }), {
    userAgent: 'keyferry-test',
    onResponse: (fact) => {
      if (fact.code === '<error>') unanswered.push(fact)
    },
  })
  const client = createClient(transport)
  const attempts: Attempt[] = []
  const stop = new AbortController()
  const write = async (name: string) => {
    const startedAt = performance.now()
    const object = { metadata: { namespace: 'default', name }, data: { at: String(startedAt) } }
    const options = { fieldManager: 'test', force: true, signal, timeoutMs }
    const error = await client.apply(configMapKind, object, options).then(
      () => undefined,
      (error: unknown) => error,
    )
    attempts.push({ ok: error === undefined, tookMs: performance.now() - startedAt, startedAt, error })
  }
  const workers = ['a', 'b', 'c', 'd'].map(async (name) => {
    while (!stop.signal.aborted) await write(name)
  })
  return {
    attempts,
    unanswered,
    lastOk: () => attempts.findLast((it) => it.ok)?.startedAt ?? 0,
    end: async () => {
      stop.abort()
      await Promise.all(workers)
      await transport.close()
    },
  }
}

test.each([
  ['SIGKILL', () => cluster.apiServer.kill('SIGKILL').then(() => cluster.apiServer.start())],
  ['SIGTERM', () => cluster.apiServer.kill('SIGTERM').then(() => cluster.apiServer.start())],
  ['SIGSTOP for 5 s', freeze],
] as const)(
  'F15, F21: writes through %s of the API server end in time, in errors of ours, and go on after it',
  async (_how, outage) => {
    const writing = await startWriting()
    await expect.poll(() => writing.attempts.length, { timeout: 10_000 }).toBeGreaterThan(20)

    await outage()
    const backAt = performance.now()
    await expect.poll(() => writing.lastOk(), { timeout: 15_000 }).toBeGreaterThan(backAt)
    await writing.end()

    const failed = writing.attempts.filter((it) => !it.ok)
    // The outage was felt; short ones are bridged by retries, so that not even one write need fail.
    expect(writing.unanswered.length).toBeGreaterThan(0)
    expect(failed.every(({ error }) => error instanceof TransportError || error instanceof ApiError)).toBe(
      true,
    )
    expect(Math.max(...writing.attempts.map((it) => it.tookMs))).toBeLessThan(3 * timeoutMs)
  },
)

async function freeze() {
  cluster.apiServer.signal('SIGSTOP')
  await sleep(5000)
  cluster.apiServer.signal('SIGCONT')
}
