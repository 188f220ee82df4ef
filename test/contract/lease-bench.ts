import { type Clock, systemClock } from '../../src/std/clock.ts'
import { Failure } from '../../src/std/failure.ts'
import type { LeaseRef, Leases } from '../../src/store/provider.ts'
import type { AkeylessStandIn } from '../fakes/akeyless/stand-in.ts'
import { type BenchOptions, createBench, onBehalfOf } from './akeyless-bench.ts'

/** The leases of a stand-in through the provider `akeyless`, whose wall clock is that of the stand-in. */
export function openLeases(akeyless: AkeylessStandIn, options: Omit<BenchOptions, 'url' | 'clock'> = {}) {
  const clock: Clock = { ...systemClock, now: () => akeyless.state.now() }
  const bench = createBench({ ...options, url: akeyless.url, clock })
  const { leases } = bench.open()
  if (leases === undefined) throw new Error('the provider has no leases')
  return { ...bench, leases }
}

/** How a call for a lease ends: its answer, or the reason of its failure. */
export async function endOf<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Failure) return error.reason
    throw error
  }
}

/** The calls of leases with the options of a read filled in. */
export function calling(leases: Leases, signal: () => AbortSignal = () => AbortSignal.timeout(30_000)) {
  const options = () => ({ signal: signal(), onBehalfOf })
  return {
    mint: (item: string) => leases.mint(item, options()),
    extend: (lease: LeaseRef, ttlSeconds: number) => leases.extend(lease, { ...options(), ttlSeconds }),
    revoke: (lease: LeaseRef) => leases.revoke(lease, options()),
  }
}
