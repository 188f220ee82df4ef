import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../std/clock.ts'
import { defaultLimits } from './budget.ts'
import { TemplateError } from './error.ts'
import type { WorkerRequest } from './worker-message.ts'
import { WorkerPool } from './worker-pool.ts'

const pools: WorkerPool[] = []
afterEach(() => {
  for (const pool of pools.splice(0)) pool.end()
})

function poolWith(changes: Partial<ConstructorParameters<typeof WorkerPool>[0]> = {}): WorkerPool {
  const pool = new WorkerPool({
    clock: systemClock,
    most: 1,
    workMs: 5000,
    idleMs: 30_000,
    heapMb: 64,
    ...changes,
  })
  pools.push(pool)
  return pool
}

function request(text: string, limits = defaultLimits): WorkerRequest {
  return { templates: [{ name: 't', text }], job: { data: new Map([['a', 'x']]), nowMs: 0, limits } }
}

const ample = { ...defaultLimits, steps: 10 ** 12, allocatedBytes: 10 ** 12 }
const endless = request('{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}', ample)
const text = ([bytes]: readonly Uint8Array[]) => Buffer.from(bytes ?? []).toString()

describe('a pool of workers', { timeout: 30_000 }, () => {
  test('renders in another thread', async () => {
    expect(text(await poolWith().render(request('{{ .a }}')))).toBe('x')
  })

  test('ends what takes too long, and goes on with another thread', async () => {
    const pool = poolWith({ workMs: 200 })

    await expect(pool.render(endless)).rejects.toThrow(
      new TemplateError('the templates take longer than 0.2 s; use cheaper functions'),
    )

    expect(text(await pool.render(request('{{ .a }}')))).toBe('x')
  })

  test('counts the time from when the work begins, not while it waits its turn', async () => {
    const pool = poolWith({ workMs: 1000 })
    const first = pool.render(endless).catch((error: unknown) => error)

    const second = pool.render(request('{{ .a }}'))

    expect(text(await second)).toBe('x')
    expect(await first).toBeInstanceOf(TemplateError)
  })

  test('ends what fills its memory', async () => {
    const hungry = request(
      '{{ $x := list }}{{ range until 100000000 }}{{ $x = append $x (repeat 1000 "x") }}{{ end }}',
      ample,
    )

    await expect(poolWith({ heapMb: 32 }).render(hungry)).rejects.toThrow(
      'need more memory than they may have',
    )
  })

  test('leaves what is aborted while it works', async () => {
    const stop = new AbortController()
    const reason = new Error('stop')
    const pool = poolWith()
    const result = pool.render(endless, stop.signal)
    await sleep(300)
    stop.abort(reason)

    await expect(result).rejects.toBe(reason)
    expect(text(await pool.render(request('{{ .a }}')))).toBe('x')
  })

  test('leaves what is aborted while it waits', async () => {
    const stop = new AbortController()
    const reason = new Error('stop')
    const pool = poolWith({ workMs: 500 })
    const first = pool.render(endless).catch((error: unknown) => error)
    const second = pool.render(request('{{ .a }}'), stop.signal)
    stop.abort(reason)

    await expect(second).rejects.toBe(reason)
    expect(await first).toBeInstanceOf(TemplateError)
    expect(text(await pool.render(request('{{ .a }}')))).toBe('x')
  })

  test('uses a thread again', async () => {
    const pool = poolWith()
    await pool.render(request('{{ .a }}'))
    const begin = performance.now()

    for (let count = 0; count < 20; count++) await pool.render(request('{{ .a }}'))

    expect(performance.now() - begin).toBeLessThan(3 * 200)
  })

  test('gives up a thread that has nothing to do', async () => {
    const pool = poolWith({ idleMs: 20 })
    await pool.render(request('{{ .a }}'))
    expect(pool.threads).toBe(1)

    await expect.poll(() => pool.threads).toBe(0)
    expect(text(await pool.render(request('{{ .a }}')))).toBe('x')
  })
})
