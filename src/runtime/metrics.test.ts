import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { KubeObject } from '../kube/object.ts'
import { exponential } from '../std/backoff.ts'
import type { ControllerMetrics } from './controller-metrics.ts'
import type { Informer } from './informer.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { WorkQueue } from './queue.ts'

let metrics: Metrics
let controller: ControllerMetrics

beforeEach(() => {
  metrics = createMetrics({ process: false })
  controller = metrics.controller({
    name: 'externalsecret',
    maxConcurrent: 5,
    peer: { prefix: 'externalsecret', syncs: true },
  })
})

const lines = async () => (await metrics.registry.metrics()).split('\n')

test('names of controller-runtime exist at zero before anything happened', async () => {
  metrics.leader('keyferry')
  const queue = new WorkQueue({
    clock: new ManualClock(),
    backoff: () => exponential({ initialMs: 1, maxMs: 1 }),
  })
  controller.watchQueue(queue)
  const of = 'controller="externalsecret"'
  const named = `name="externalsecret",${of}`

  const shown = await lines()

  for (const line of [
    ...['success', 'error', 'requeue', 'requeue_after'].map(
      (result) => `controller_runtime_reconcile_total{${of},result="${result}"} 0`,
    ),
    `controller_runtime_reconcile_errors_total{${of}} 0`,
    `controller_runtime_terminal_reconcile_errors_total{${of}} 0`,
    `controller_runtime_reconcile_panics_total{${of}} 0`,
    `controller_runtime_reconcile_timeouts_total{${of}} 0`,
    `controller_runtime_reconcile_time_seconds_bucket{le="0.005",${of}} 0`,
    `controller_runtime_reconcile_time_seconds_bucket{le="60",${of}} 0`,
    `controller_runtime_max_concurrent_reconciles{${of}} 5`,
    `controller_runtime_active_workers{${of}} 0`,
    `workqueue_depth{${named},priority="0"} 0`,
    `workqueue_adds_total{${named}} 0`,
    `workqueue_retries_total{${named}} 0`,
    `workqueue_unfinished_work_seconds{${named}} 0`,
    `workqueue_longest_running_processor_seconds{${named}} 0`,
    'leader_election_master_status{name="keyferry"} 0',
  ]) {
    expect(shown).toContain(line)
  }
  expect(shown.some((line) => line.startsWith('workqueue_queue_duration_seconds_bucket'))).toBe(true)
  expect(shown.some((line) => line.startsWith('workqueue_work_duration_seconds_bucket'))).toBe(true)
})

test('an object has series under our names and those of ESO, and none when it is gone', async () => {
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  controller.synced('shop/db', { isSuccess: true, reason: 'Synced', atMs: 1000 })
  controller.synced('shop/db', { isSuccess: false, reason: 'Throttled', atMs: 2000 })
  controller.conditions('shop/db', [
    { type: 'Ready', status: 'True', reason: 'Synced', message: '', lastTransitionTime },
  ])
  controller.scheduled('shop/db', 60_000)
  const of = 'name="db",namespace="shop"'

  const shown = await lines()

  for (const line of [
    `externalsecret_sync_calls_total{${of}} 2`,
    `externalsecret_sync_calls_error{${of}} 1`,
    `externalsecret_status_condition{${of},condition="Ready",status="True"} 1`,
    `externalsecret_status_condition{${of},condition="Ready",status="False"} 0`,
    `keyferry_last_success_timestamp_seconds{controller="externalsecret",${of}} 1`,
    `keyferry_next_refresh_timestamp_seconds{controller="externalsecret",${of}} 60`,
    'keyferry_sync_total{controller="externalsecret",result="success",reason="Synced"} 1',
    'keyferry_sync_total{controller="externalsecret",result="error",reason="Throttled"} 1',
  ]) {
    expect(shown).toContain(line)
  }
  controller.gone('shop/db')
  expect((await lines()).some((line) => line.includes(of))).toBe(false)
})

test('objects are counted by the status and the reason of their Ready condition', async () => {
  const ready = (status: 'True' | 'False', reason: string) => ({
    type: 'Ready',
    status,
    reason,
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })
  const of = 'keyferry_objects{controller="externalsecret"'
  for (const [name, status, reason] of [
    ['a', 'True', 'Synced'],
    ['b', 'True', 'Synced'],
    ['c', 'False', 'NotFound'],
  ] as const)
    controller.conditions(`shop/${name}`, [ready(status, reason)])
  controller.synced('shop/d', { isSuccess: false, reason: 'Throttled', atMs: 1000 })

  expect((await lines()).filter((it) => it.startsWith(of))).toEqual([
    `${of},ready="True",reason="Synced"} 2`,
    `${of},ready="False",reason="NotFound"} 1`,
    `${of},ready="Unknown",reason=""} 1`,
  ])
  controller.conditions('shop/c', [ready('True', 'Synced')])
  controller.gone('shop/a')
  controller.gone('shop/d')
  expect((await lines()).filter((it) => it.startsWith(of))).toEqual([`${of},ready="True",reason="Synced"} 2`])
})

test('informers show age, size and whether they are live, at the time of the scrape', async () => {
  const informer = { title: 'secrets', ageMs: () => 1500, store: { size: 7 }, state: 'live' }
  metrics.informer(informer as unknown as Informer<KubeObject>)

  const nowhere = { title: 'requests', ageMs: () => 9e6, store: { size: 0 }, state: 'absent' }
  metrics.informer(nowhere as unknown as Informer<KubeObject>)

  const shown = await lines()

  expect(shown.some((line) => line.startsWith('keyferry_watch_age_seconds{informer="requests"'))).toBe(false)
  expect(shown).toContain('keyferry_informer_live{informer="requests"} 0')
  expect(shown).toContain('keyferry_watch_age_seconds{informer="secrets"} 1.5')
  expect(shown).toContain('keyferry_informer_objects{informer="secrets"} 7')
  expect(shown).toContain('keyferry_informer_live{informer="secrets"} 1')
})

test('ten thousand objects cost little between scrapes', { timeout: 30_000 }, async () => {
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  for (let at = 0; at < 10_000; at++) {
    controller.synced(`shop/db-${at}`, { isSuccess: true, reason: 'Synced', atMs: 1000 })
    controller.conditions(`shop/db-${at}`, [
      { type: 'Ready', status: 'True', reason: 'x', message: '', lastTransitionTime },
    ])
  }

  const shown = await lines()

  expect(shown.filter((line) => line.startsWith('externalsecret_sync_calls_total{'))).toHaveLength(10_000)
})

test('what ended a watch is counted by informer and cause', async () => {
  metrics.watchFailed({ informer: 'secrets', cause: 'LOST_EVENT' })
  metrics.watchFailed({ informer: 'secrets', cause: '410' })
  metrics.watchFailed({ informer: 'secrets', cause: 'LOST_EVENT' })

  const shown = (await lines()).filter((it) => it.startsWith('keyferry_watch_failures_total{'))
  expect(shown).toEqual([
    'keyferry_watch_failures_total{informer="secrets",cause="LOST_EVENT"} 2',
    'keyferry_watch_failures_total{informer="secrets",cause="410"} 1',
  ])
})
