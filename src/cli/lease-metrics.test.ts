import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { leaseMetrics } from './lease-metrics.ts'

test('leases are counted by state over all ExternalSecrets, until they are gone', async () => {
  const registry = new Registry()
  const observer = leaseMetrics(registry, new ManualClock())
  observer.holds('shop/a', [{ state: 'Active' }, { state: 'Expiring' }])
  observer.holds('shop/b', [{ state: 'Active' }])
  expect(await registry.metrics()).toContain('keyferry_leases{state="Active"} 2')

  observer.holds('shop/a', [])
  const text = await registry.metrics()
  expect(text).toContain('keyferry_leases{state="Active"} 1')
  expect(text).toContain('keyferry_leases{state="Expiring"} 0')
})

test('the lease that ends first shows, and how many have less than a fifth of their life left', async () => {
  const registry = new Registry()
  const clock = new ManualClock()
  const observer = leaseMetrics(registry, clock)
  const lease = (state: string, leftSeconds: number, lifeSeconds: number) => ({
    state,
    endMs: clock.now() + leftSeconds * 1000,
    lifeMs: lifeSeconds * 1000,
  })
  const shown = async (name: string) =>
    (await registry.metrics())
      .split('\n')
      .find((it) => it.startsWith(`${name} `))
      ?.split(' ')[1]
  const first = clock.now() / 1000 + 60
  expect(await shown('keyferry_lease_next_expiry_timestamp_seconds')).toBeUndefined()
  expect(await shown('keyferry_leases_near_end')).toBe('0')

  observer.holds('shop/a', [lease('Active', 60, 180), lease('Expiring', 1, 180), { state: 'Minting' }])
  observer.holds('shop/b', [lease('Recorded', 3600, 36_000), lease('Active', 9000, 36_000)])

  expect(await shown('keyferry_lease_next_expiry_timestamp_seconds')).toBe(String(first))
  expect(await shown('keyferry_leases_near_end')).toBe('1')
  clock.advance(30_000)
  expect(await shown('keyferry_leases_near_end')).toBe('2')

  observer.holds('shop/a', [])
  observer.holds('shop/b', [])
  expect(await shown('keyferry_lease_next_expiry_timestamp_seconds')).toBeUndefined()
  expect(await shown('keyferry_leases_near_end')).toBe('0')
})

test('calls, and what is lost or left, are counted', async () => {
  const registry = new Registry()
  const observer = leaseMetrics(registry, new ManualClock())
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
