import type { Lease } from '../api/externalsecret-status.ts'
import { failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'
import { unaccounted } from './lease-account.ts'
import type { Fresh } from './lease-memory.ts'
import { livingUntil } from './lease-record.ts'
import { actorOf } from './lease-stores.ts'
import { mayHaveMinted, mintedNote, reasonOf } from './lease-words.ts'
import type { Run } from './run.ts'
import type { WantedItem } from './wanted.ts'

/** After so long a run begins no other mint: one that is cut off makes a credential that nobody knows. */
const mintingMs = 60_000

/**
 * Has a credential made: that it is asked for is on record before, and what it is called right after. The credential
 * itself is held until the Secret has it. Throws the Failure of the provider.
 */
export async function mint(
  { store, storeRef, request }: WantedItem,
  run: Run,
  madeFor: string,
): Promise<Fresh> {
  const { object, ports, context, leases } = run
  const item = request.key
  const provider = store.provider.leases
  if (provider === undefined)
    throw failure('InvalidSpec', `Cannot read item "${item}": ${store.title} cannot make leases`)
  const startMs = ports.clock.now()
  if (startMs - run.nowMs >= mintingMs) throw outOfTime(item)
  const intent = intentOf(item, storeRef, startMs)
  leases.add(intent)
  await leases.claim()
  await leases.save()
  const options = { signal: context.signal, onBehalfOf: actorOf(object) }
  const minted = await provider.mint(item, options).catch((error: unknown) => failed(intent, error, run))
  ports.leaseObserver.operated('mint', 'ok')
  const { id, ttlSeconds } = minted
  const recorded = { ...intent, state: 'Recorded', id, ttlSeconds, madeFor } as const
  const lease = livingUntil(recorded, startMs, ttlSeconds)
  leases.replace(intent, lease)
  ports.leaseMemory.of(object.metadata).pending.set(id, { lease, minted })
  await leases.save()
  ports.announce(object, mintedNote(lease))
  return { lease, minted }
}

function outOfTime(item: string): Failure {
  const message = `Cannot make a credential of "${item}" in this run: those before it took too long; they are kept, and the next run goes on`
  return new Failure('Timeout', message, { userMustAct: false })
}

function intentOf(item: string, { kind, name }: WantedItem['storeRef'], nowMs: number): Lease {
  const mintedAt = `${new Date(nowMs).toISOString().slice(0, 19)}Z`
  return { item, store: { kind, name }, state: 'Minting', mintedAt }
}

/** Where the answer may have been lost rather than refused, a credential may live that nobody knows of. */
async function failed(intent: Lease, error: unknown, run: Run): Promise<never> {
  const { ports, context, leases } = run
  // What is left behind by an end of the run is found by the next one.
  context.signal.throwIfAborted()
  ports.leaseObserver.operated('mint', reasonOf(error))
  if (mayHaveMinted(error)) unaccounted(intent, run)
  leases.drop(intent)
  await leases.save()
  throw error
}
