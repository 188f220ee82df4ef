import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Leases } from '../../src/store/provider.ts'
import { calling, endOf } from './lease-bench.ts'

/** Leases of a provider in which `item` is a dynamic secret whose credentials have a field `user`, and `none` is nothing. */
export interface LeasesUnderTest extends AsyncDisposable {
  readonly leases: Leases
  readonly item: string
  readonly none: string
  /** The ids of what lives. */
  living(): Promise<readonly string[]>
}

/** What all leases must do, whatever is behind them. */
export function leasesContract(name: string, make: () => Promise<LeasesUnderTest>): void {
  describe(`leases of ${name}`, () => {
    let given: LeasesUnderTest
    let lease: ReturnType<typeof calling>
    beforeEach(async () => {
      given = await make()
      lease = calling(given.leases)
    })
    afterEach(() => given[Symbol.asyncDispose]())

    test('are made anew by each mint, also at the same time', async () => {
      const minted = await Promise.all([lease.mint(given.item), lease.mint(given.item)])

      const ids = minted.map((it) => it.id)
      expect(new Set(ids).size).toBe(2)
      expect((await given.living()).toSorted()).toEqual(ids.toSorted())
      expect(minted.every((it) => it.item === given.item && it.ttlSeconds > 0)).toBe(true)
    })

    test('tell of themselves only in the whole value', async () => {
      const { id, value, whole } = await lease.mint(given.item)

      const [fields, all] = [value, whole].map(
        (it) => JSON.parse(it.text.reveal()) as Record<string, unknown>,
      )
      expect(fields).toHaveProperty('user')
      expect(fields).not.toHaveProperty('id')
      expect(fields).not.toHaveProperty('ttl_in_minutes')
      expect(all).toEqual({ ...fields, id, ttl_in_minutes: expect.anything() as unknown })
    })

    test('are not made of what is not there', async () => {
      expect(await endOf(lease.mint(given.none))).toBe('NotFound')
    })

    test('are not made when nobody waits for them any more', async () => {
      const { mint } = calling(given.leases, () => AbortSignal.abort(new Error('given up')))

      await expect(mint(given.item)).rejects.toThrow('given up')
      expect(await given.living()).toEqual([])
    })

    test('live for at least as long as asked once extended', async () => {
      const minted = await lease.mint(given.item)

      const { ttlSeconds } = await lease.extend(minted, minted.ttlSeconds + 60)

      expect(ttlSeconds).toBeGreaterThanOrEqual(minted.ttlSeconds + 60)
      expect(await given.living()).toEqual([minted.id])
    })

    test('are revoked one at a time, and gone when asked for again', async () => {
      const [first, second] = [await lease.mint(given.item), await lease.mint(given.item)]

      expect(await lease.revoke(first)).toBe('revoked')
      expect(await lease.revoke(first)).toBe('gone')

      expect(await given.living()).toEqual([second.id])
    })

    test('are not extended once they have ended', async () => {
      const minted = await lease.mint(given.item)
      await lease.revoke(minted)

      expect(await endOf(lease.extend(minted, 60))).toBe('NotFound')
      expect(await given.living()).toEqual([])
    })
  })
}
