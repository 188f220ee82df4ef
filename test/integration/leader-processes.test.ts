import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { auditLines } from '../manager/audit-log.ts'

interface Line {
  readonly event: string
  readonly atMs: number
  readonly path?: string
}

/** A contender for the lease, as a process of its own. */
class Contender {
  readonly identity: string
  readonly lines: Line[] = []
  readonly exited: Promise<number | null>
  readonly #process: ChildProcess

  constructor(namespace: string, identity: string, times: object) {
    const { server, caPem, adminToken } = sharedCluster()
    const task = { cluster: { server, caPem, adminToken }, namespace, identity, times }
    this.identity = identity
    const program = new URL('leader-process.ts', import.meta.url).pathname
    this.#process = spawn(process.execPath, [program, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (this.#process.stdout === null) throw new Error('Cannot read the output of the contender')
    createInterface(this.#process.stdout).on('line', (line) => this.lines.push(JSON.parse(line) as Line))
    this.exited = new Promise((resolve) => this.#process.on('exit', (code) => resolve(code)))
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  count(event: string): number {
    return this.lines.filter((line) => line.event === event).length
  }

  /** Milliseconds since the epoch at which it first said so. */
  async first(event: string, withinMs: number): Promise<number> {
    const endMs = Date.now() + withinMs
    while (Date.now() < endMs) {
      const line = this.lines.find((it) => it.event === event)
      if (line !== undefined) return line.atMs
      await sleep(20)
    }
    throw new Error(`${this.identity} did not say "${event}" within ${withinMs} ms`)
  }
}

const defaults = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 }
/** Still so long that a busy machine does not lose it. */
const quick = { leaseDurationMs: 6000, renewDeadlineMs: 4000, retryPeriodMs: 800 }

let namespace: string
let contenders: Contender[]

beforeEach(async () => {
  namespace = await newNamespace('leader')
  contenders = []
})

afterEach(async () => {
  for (const contender of contenders) contender.signal('SIGKILL')
  await Promise.all(contenders.map((it) => it.exited))
})

function contend(identity: string, times: object): Contender {
  const contender = new Contender(namespace, identity, times)
  contenders.push(contender)
  return contender
}

async function leaderAndWaiter(times: object): Promise<readonly [Contender, Contender]> {
  const leader = contend('first', times)
  await leader.first('leading', 20_000)
  const waiter = contend('second', times)
  await waiter.first('sent', 20_000)
  await leader.first('wrote', 20_000)
  return [leader, waiter]
}

/** When the API server received writes to our ConfigMap, by its own audit log. */
async function writesOf(identity: string): Promise<readonly number[]> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/writes?`
  const lines = await auditLines(sharedCluster())
  const events = lines.filter((line) => line.includes(path) && line.includes(`fieldManager=${identity}`))
  return events.map((line) =>
    Date.parse((JSON.parse(line) as { requestReceivedTimestamp: string }).requestReceivedTimestamp),
  )
}

describe('two processes and one lease', () => {
  test('one leads, the other waits and writes nothing', { timeout: 60_000 }, async () => {
    const [leader, waiter] = await leaderAndWaiter(quick)

    await sleep(4000)

    expect(leader.count('wrote')).toBeGreaterThan(20)
    expect(leader.count('lost')).toBe(0)
    expect(waiter.count('leading')).toBe(0)
    expect(await writesOf('second')).toEqual([])
  })

  test('F24: a killed leader is replaced within 20 s', { timeout: 120_000 }, async () => {
    const [leader, waiter] = await leaderAndWaiter(defaults)
    await sleep(Math.random() * 2000)

    const killedMs = Date.now()
    leader.signal('SIGKILL')
    const leadsMs = await waiter.first('leading', 70_000)

    console.log(`killed leader replaced after ${leadsMs - killedMs} ms`)
    expect(leadsMs - killedMs).toBeLessThan(3 * 20_000)
    const lastWrite = Math.max(...(await writesOf('first')))
    await waiter.first('wrote', 10_000)
    expect(Math.min(...(await writesOf('second')))).toBeGreaterThan(lastWrite)
  })

  test('F27: a released lease is taken within 3 s', { timeout: 90_000 }, async () => {
    const [leader, waiter] = await leaderAndWaiter(defaults)

    const releasedMs = Date.now()
    leader.signal('SIGTERM')
    const leadsMs = await waiter.first('leading', 30_000)

    console.log(`released lease taken after ${leadsMs - releasedMs} ms`)
    expect(leadsMs - releasedMs).toBeLessThan(3 * 3000)
    expect(await leader.exited).toBe(0)
  })

  test('F25: a leader that was stopped past its lease starts no request when it goes on, and exits', {
    timeout: 90_000,
  }, async () => {
    const [leader, waiter] = await leaderAndWaiter(quick)

    leader.signal('SIGSTOP')
    await waiter.first('wrote', 20_000)
    await sleep(1000)
    const resumedMs = Date.now()
    leader.signal('SIGCONT')

    expect(await leader.exited).toBe(1)
    expect(leader.lines.filter(({ event, atMs }) => event === 'sent' && atMs >= resumedMs)).toEqual([])
    // One that was begun before the stop may still have lain in the process.
    const early = leader.lines.filter(({ atMs }) => atMs < resumedMs)
    const begun = early.filter(({ event, path }) => event === 'sent' && path?.includes('/configmaps/'))
    const ended = early.filter(({ event }) => event === 'wrote' || event === 'refused')
    const late = (await writesOf('first')).filter((atMs) => atMs >= resumedMs)
    expect(late.length).toBeLessThanOrEqual(begun.length - ended.length)
    expect((await writesOf('first')).length).toBeGreaterThan(0)
    expect(waiter.count('lost')).toBe(0)
  })

  test('F25: a leader that is frozen for less than its lease goes on', { timeout: 60_000 }, async () => {
    const [leader, waiter] = await leaderAndWaiter(quick)

    leader.signal('SIGSTOP')
    await sleep(700)
    leader.signal('SIGCONT')
    const wroteBefore = leader.count('wrote')
    await sleep(3000)

    expect(leader.count('wrote')).toBeGreaterThan(wroteBefore)
    expect(waiter.count('leading')).toBe(0)
  })
})
