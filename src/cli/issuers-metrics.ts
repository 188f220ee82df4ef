import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { IssuerObserver } from '../issuer/observer.ts'
import type { Clock } from '../std/clock.ts'

interface Waiting {
  readonly issuer: string
  readonly sinceMs: number
}

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]

/** The metrics of the issuer half; labels name issuers, never requests. */
export function issuerMetrics(registry: Registry, clock: Clock): IssuerObserver {
  const registers = [registry]
  const waiting = new Map<string, Waiting>()
  const warnings = new Map<string, readonly string[]>()
  const ended = new Counter({
    name: 'keyferry_certificate_requests_total',
    help: 'Certificate requests that ended, and attempts that failed, by issuer, result and reason',
    labelNames: ['issuer', 'result', 'reason'],
    registers,
  })
  const doubts = new Counter({
    name: 'keyferry_certificate_requests_doubtful_total',
    help: 'Submits whose outcome is not known: the next try may make a second certificate',
    labelNames: ['issuer'],
    registers,
  })
  const calls = new Histogram({
    name: 'keyferry_ca_call_seconds',
    help: 'Time that calls of a CA took, by issuer and step',
    labelNames: ['issuer', 'step'],
    buckets,
    registers,
  })
  waitingGauges(registry, waiting, clock)
  warningGauge(registry, warnings)
  return {
    ended: (issuer, result, reason) => ended.inc({ issuer, result, reason }),
    called: (issuer, step, tookMs) => calls.observe({ issuer, step }, tookMs / 1000),
    doubted: (issuer) => doubts.inc({ issuer }),
    waits: (request, issuer, sinceMs) => void waiting.set(request, { issuer, sinceMs }),
    waitsNoMore: (request) => void waiting.delete(request),
    warned: (issuer, list) => void warnings.set(issuer, [...new Set(list.map((it) => it.reason))]),
    issuerGone: (issuer) => {
      warnings.delete(issuer)
      for (const step of ['check', 'submit', 'poll']) calls.remove({ issuer, step })
    },
  }
}

function waitingGauges(registry: Registry, waiting: ReadonlyMap<string, Waiting>, clock: Clock): void {
  const gauge = (name: string, help: string, fold: (before: number, it: Waiting) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['issuer'],
      registers: [registry],
      collect() {
        this.reset()
        const values = new Map<string, number>()
        for (const it of waiting.values()) values.set(it.issuer, fold(values.get(it.issuer) ?? 0, it))
        for (const [issuer, value] of values) this.set({ issuer }, value)
      },
    })
  gauge('keyferry_certificate_requests_pending', 'Approved requests without a certificate', (sum) => sum + 1)
  gauge(
    'keyferry_certificate_request_oldest_pending_seconds',
    'Age of the oldest approved request without a certificate',
    (oldest, { sinceMs }) => Math.max(oldest, (clock.now() - sinceMs) / 1000),
  )
}

function warningGauge(registry: Registry, warnings: ReadonlyMap<string, readonly string[]>): void {
  void new Gauge({
    name: 'keyferry_issuer_warning',
    help: '1 for everything that the last check of an issuer warned of',
    labelNames: ['issuer', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [issuer, reasons] of warnings) for (const reason of reasons) this.set({ issuer, reason }, 1)
    },
  })
}
