import { Gauge, type Registry } from 'prom-client'
import { version } from './version.ts'

/** Tells which version runs; alerts and dashboards know the processes of Keyferry by it. */
export function buildMetric(registry: Registry): void {
  const gauge = new Gauge({
    name: 'keyferry_build_info',
    help: 'Always 1: the version of Keyferry, and of Node.js under it',
    labelNames: ['version', 'node'],
    registers: [registry],
  })
  gauge.set({ version, node: process.version }, 1)
}
