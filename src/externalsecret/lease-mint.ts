import type { Lease } from '../api/externalsecret-status.ts'
import { failure } from '../api/reason.ts'
import type { Minted } from '../store/provider.ts'
import { unaccounted } from './lease-account.ts'
import { type Issued, livingUntil } from './lease-record.ts'
import { actorOf } from './lease-stores.ts'
import { mayHaveMinted, mintedNote, reasonOf } from './lease-words.ts'
import type { Run } from './run.ts'
import type { WantedItem } from './wanted.ts'

/** A lease, and what it is for. */
export interface Fresh {
  readonly lease: Issued
  readonly minted: Minted
}

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
  ports.leaseMemory.of(context.key, object.metadata.uid ?? '').pending.set(id, minted)
  await leases.save()
  ports.announce(object, mintedNote(lease))
  return { lease, minted }
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
