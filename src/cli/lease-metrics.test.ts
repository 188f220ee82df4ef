import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { leaseMetrics } from './lease-metrics.ts'

test('leases are counted by state over all ExternalSecrets, until they are gone', async () => {
  const registry = new Registry()
  const observer = leaseMetrics(registry)
  observer.holds('shop/a', ['Active', 'Expiring'])
  observer.holds('shop/b', ['Active'])
  expect(await registry.metrics()).toContain('keyferry_leases{state="Active"} 2')

  observer.holds('shop/a', [])
  const text = await registry.metrics()
  expect(text).toContain('keyferry_leases{state="Active"} 1')
  expect(text).toContain('keyferry_leases{state="Expiring"} 0')
})

test('calls, and what is lost or left, are counted', async () => {
  const registry = new Registry()
  const observer = leaseMetrics(registry)
  observer.operated('mint', 'ok')
  observer.operated('revoke', 'AccessDenied')
  observer.unaccounted()
  observer.abandoned(3)

  const text = await registry.metrics()
  expect(text).toContain('keyferry_lease_operations_total{operation="mint",result="ok"} 1')
  expect(text).toContain('keyferry_lease_operations_total{operation="revoke",result="AccessDenied"} 1')
  expect(text).toContain('keyferry_leases_unaccounted_total 1')
  expect(text).toContain('keyferry_leases_abandoned_total 3')
})
