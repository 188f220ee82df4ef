import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { KubeObject } from '../kube/object.ts'
import {
  ControllerInstruments,
  type ControllerMetrics,
  type ControllerMetricsOptions,
} from './controller-metrics.ts'
import type { Informer } from './informer.ts'

/** Everything the process counts; `registry` is open to rooms that bring metrics of their own. */
export interface Metrics {
  readonly registry: Registry
  controller(options: ControllerMetricsOptions): ControllerMetrics
  /** Gives the setter of `leader_election_master_status`. */
  leader(name: string): (isLeader: boolean) => void
  /** One answer of the API server; `code` is `<error>` when there was none, as client-go has it. */
  requested(answer: { readonly code: string; readonly method: string; readonly host: string }): void
  /** Shows age and size of an informer at each scrape. */
  informer(informer: Informer<KubeObject>): void
  eventDropped(): void
  /** What ended a list or a watch of an informer; `LOST_EVENT` is what the hourly search found. */
  watchFailed(failure: { readonly informer: string; readonly cause: string }): void
}

/** A fresh registry with all of the runtime's metrics; `process` adds those of Node.js and the process. */
export function createMetrics(options: { readonly process: boolean }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (options.process) collectDefaultMetrics({ register: registry })
  const controllers = new ControllerInstruments(registry)
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server by answer',
    labelNames: ['code', 'method', 'host'],
    registers,
  })
  const leader = new Gauge({
    name: 'leader_election_master_status',
    help: '1 while this process leads',
    labelNames: ['name'],
    registers,
  })
  const dropped = new Counter({
    name: 'keyferry_events_dropped_total',
    help: 'Events that were not told',
    registers,
  })
  const watchFailures = new Counter({
    name: 'keyferry_watch_failures_total',
    help: 'Lists and watches that failed, by cause',
    labelNames: ['informer', 'cause'],
    registers,
  })
  const informers = informerGauges(registry)
  return {
    registry,
    controller: (of) => controllers.controller(of),
    leader: (name) => {
      leader.set({ name }, 0)
      return (isLeader) => leader.set({ name }, isLeader ? 1 : 0)
    },
    requested: (answer) => requests.inc({ ...answer }),
    informer: (informer) => void informers.add(informer),
    eventDropped: () => dropped.inc(),
    watchFailed: (failure) => watchFailures.inc({ ...failure }),
  }
}

function informerGauges(registry: Registry): Set<Informer<KubeObject>> {
  const informers = new Set<Informer<KubeObject>>()
  type ValueOf = (informer: Informer<KubeObject>) => number | undefined
  const gauge = (name: string, help: string, valueOf: ValueOf) =>
    new Gauge({
      name,
      help,
      labelNames: ['informer'],
      registers: [registry],
      collect() {
        this.reset()
        for (const informer of informers) {
          const value = valueOf(informer)
          if (value !== undefined) this.set({ informer: informer.title }, value)
        }
      },
    })
  // There is nothing to hear of a kind that the API server does not serve.
  gauge('keyferry_watch_age_seconds', 'Time since a watch last brought anything', (it) =>
    it.state === 'absent' ? undefined : it.ageMs() / 1000,
  )
  gauge('keyferry_informer_objects', 'Objects an informer holds', (it) => it.store.size)
  gauge('keyferry_informer_live', '1 while every watch of an informer is live', (it) =>
    it.state === 'live' ? 1 : 0,
  )
  return informers
}
