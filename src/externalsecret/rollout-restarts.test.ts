import { beforeEach, describe, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'
import type { Client } from '../kube/client.ts'
import { ApiError } from '../kube/errors.ts'
import type { Kind } from '../kube/kind.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import type { Ports } from './ports.ts'

const hourMs = 3_600_000
let bench: ReconcileBench
let ports: Ports
/** What was patched: `Deployment shop/web <when>`. */
let restarts: string[]
let refusal: Error | undefined
let notes: string[]

const targets = (...kinds: string[]) => ({
  rolloutRestartTargets: kinds.map((kind) => ({ kind, name: 'web' })),
})

beforeEach(async () => {
  bench = new ReconcileBench()
  ;[restarts, notes, refusal] = [[], [], undefined]
  const announce: Ports['announce'] = (_, { message }) => void notes.push(message)
  ports = { ...bench.ports, client: patching(bench.ports.client), announce }
  bench.change(targets('Deployment'))
  await sync()
})

function patching(client: Client): Client {
  const mergePatch = <T extends KubeObject>(kind: Kind, ref: ObjectRef, patch: object): Promise<T> => {
    if (refusal !== undefined) return Promise.reject(refusal)
    restarts.push(`${kind.kind} ${ref.namespace}/${ref.name} ${timesIn(patch).join(' ')}`)
    return Promise.resolve({} as T)
  }
  return { ...client, mergePatch }
}

const timesIn = (patch: object) => JSON.stringify(patch).match(/\d{4}-[^"]+Z/g) ?? []

async function sync() {
  const verdict = await bench.reconcile(bench.object, ports)
  if (verdict.kind !== 'done') throw new Error(`the verdict is ${verdict.kind}`)
  bench.secrets.echo()
  bench.object = { ...bench.object, status: {} }
  bench.tell('True', verdict.fields, verdict.reason)
  return verdict
}

async function rotate(value: string) {
  bench.items.set('/db/password', value)
  bench.clock.advance(hourMs)
  return sync()
}

/** The process dies: what it remembers goes, what the API server holds stays. */
function crash(): void {
  bench.ports.memories.clear()
  bench.secrets.echo()
}

const statusOf = () => bench.object.status
const refused = (status: number) => new ApiError('no', { status })

test('a Secret that is made restarts nobody', () => {
  expect(restarts).toEqual([])
})

test('new data restarts every workload once', async () => {
  bench.change(targets('Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'))
  const verdict = await rotate('canary-2')
  const at = new Date(bench.clock.now()).toISOString()

  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']
  expect(restarts).toEqual(kinds.map((it) => `${it} shop/web ${at}`))
  expect(verdict.notes?.map((it) => it.action)).toContain('RolloutRestartTriggered')
  expect(statusOf()).not.toHaveProperty('pendingRestart')
})

test('the same data restarts nobody, whatever made it be read', async () => {
  bench.clock.advance(hourMs)
  await sync()
  bench.annotate('force-sync', '1')
  await sync()
  bench.change({ target: { template: { metadata: { labels: { a: 'b' } } } } })
  await sync()

  expect(bench.reads).toBe(4)
  expect(restarts).toEqual([])
})

test('a key that goes is new data', async () => {
  const data = ['password', 'other'].map((it) => ({ secretKey: it, remoteRef: { key: '/db/password' } }))
  bench.change({ data })
  await sync()
  bench.change({ data: data.slice(0, 1) })
  bench.clock.advance(1)
  await sync()

  expect(restarts.length).toBe(2)
})

test('two changes within a second are two restarts', async () => {
  await rotate('canary-2')
  bench.items.set('/db/password', 'canary-3')
  bench.clock.advance(1)
  bench.annotate('force-sync', '1')
  await sync()

  expect(new Set(restarts).size).toBe(2)
})

test('what was somebody else’s and is put right is new data', async () => {
  bench.secrets.alter('shop/db', 'password', 'altered')
  await sync()

  expect(restarts.length).toBe(1)
})

describe('a crash', () => {
  test('before the Secret is written loses nothing: it is written, and then told of', async () => {
    bench.items.set('/db/password', 'canary-2')
    bench.clock.advance(hourMs)
    const dying = { ...ports.client, apply: () => Promise.reject(new Error('died')) }
    await expect(bench.reconcile(bench.object, { ...ports, client: dying })).rejects.toThrow('died')
    expect([restarts, statusOf()?.pendingRestart]).toEqual([[], expect.any(String)])
    crash()

    await sync()

    expect(restarts.length).toBe(1)
    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-2']])
  })

  test('after it is made up for at once, though no refresh is due', async () => {
    bench.items.set('/db/password', 'canary-2')
    bench.ports.hints.note('shop/db', bench.clock.now())
    const dying = { ...ports.client, mergePatch: () => new Promise<never>(() => {}) }
    void bench.reconcile(bench.object, { ...ports, client: dying })
    await expect.poll(() => bench.dataOf('shop/db')).toEqual([['password', 'canary-2']])
    const pending = statusOf()?.pendingRestart
    bench.ports.hints.forget('shop/db')
    crash()
    bench.clock.advance(1000)

    await sync()

    expect(restarts).toEqual([`Deployment shop/web ${pending}`])
    expect(statusOf()).not.toHaveProperty('pendingRestart')
    expect(await bench.reconcile(bench.object, ports)).toMatchObject({ kind: 'resting' })
    expect(restarts.length).toBe(1)
  })
})

describe('what cannot be restarted', () => {
  test('for now is tried again, and no value is read for it', async () => {
    refusal = refused(503)
    const verdict = await rotate('canary-2')
    const reads = bench.reads
    expect(verdict).toMatchObject({ next: { kind: 'again', afterMs: 15_000 } })
    expect(statusOf()?.pendingRestart).toEqual(expect.any(String))

    expect(await bench.reconcile(bench.object, ports)).toMatchObject({ next: { afterMs: 15_000 } })
    refusal = undefined
    expect(await bench.reconcile(bench.object, ports)).toMatchObject({ kind: 'resting' })

    expect(restarts.length).toBe(1)
    expect(statusOf()).not.toHaveProperty('pendingRestart')
    expect(bench.reads).toBe(reads)
  })

  test('while the provider is away is restarted all the same', async () => {
    refusal = refused(503)
    await rotate('canary-2')
    bench.denied.add('/db/password')
    bench.clock.advance(hourMs)
    refusal = undefined

    await expect(bench.reconcile(bench.object, ports)).rejects.toThrow('Cannot read item')

    expect(restarts.length).toBe(1)
  })

  test('because it is forbidden is told of, and tried again ever more rarely', async () => {
    refusal = refused(403)
    const { notes: told } = await rotate('canary-2')
    expect(told?.at(-1)?.message).toContain('ClusterRole keyferry-rollout-restart')
    bench.clock.advance(600_000)

    expect(await bench.reconcile(bench.object, ports)).toMatchObject({ next: { afterMs: 300_000 } })
    expect(notes[0]).toContain('grant Keyferry patch on deployments.apps')
  })

  test('leaves those alone that were restarted', async () => {
    bench.change(targets('Deployment', 'StatefulSet'))
    const isRefused = { value: true }
    const client: Client = {
      ...ports.client,
      mergePatch: (kind, ...rest) =>
        kind.kind === 'StatefulSet' && isRefused.value
          ? Promise.reject(refused(403))
          : ports.client.mergePatch(kind, ...rest),
    }
    bench.items.set('/db/password', 'canary-2')
    bench.clock.advance(hourMs)
    const verdict = await bench.reconcile(bench.object, { ...ports, client })
    expect(verdict).toMatchObject({ next: { afterMs: 15_000 } })
    bench.secrets.echo()
    if (verdict.kind === 'done') bench.tell('True', verdict.fields)
    for (let n = 0; n < 3; n++) await bench.reconcile(bench.object, { ...ports, client })
    bench.clock.advance(hourMs)
    const refreshed = await bench.reconcile(bench.object, { ...ports, client })
    expect(refreshed).toMatchObject({ kind: 'done', fields: { pendingRestart: expect.any(String) } })
    isRefused.value = false
    await bench.reconcile(bench.object, { ...ports, client })

    expect(restarts.map((it) => it.split(' ')[0])).toEqual(['Deployment', 'StatefulSet'])
    expect(notes.filter((it) => it.startsWith('Deployment'))).toEqual([])
    expect(statusOf()).not.toHaveProperty('pendingRestart')
  })

  test.each([
    [404, 'it does not exist'],
    [422, 'status 422'],
  ])('because of status %d is told of and left', async (status, words) => {
    refusal = refused(status)

    const verdict = await rotate('canary-2')

    expect(verdict.notes?.at(-1)).toMatchObject({ type: 'Warning', message: expect.stringContaining(words) })
    expect(statusOf()).not.toHaveProperty('pendingRestart')
  })
})

test('nothing is refreshed by a look alone while workloads are to be told', async () => {
  bench.versions = 'v1'
  refusal = refused(503)
  await rotate('canary-2')
  crash()
  refusal = undefined
  bench.clock.advance(hourMs)

  await sync()

  expect(restarts.length).toBe(1)
})
