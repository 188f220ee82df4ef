import type { Lease } from '../api/externalsecret-status.ts'
import { abandoned, unaccounted } from './lease-account.ts'
import { isDue, isEnding, leastMs, longestRetryMs, retryMs } from './lease-due.ts'
import { leaseDigest, markIn } from './lease-mark.ts'
import { type Issued, isIssued, isOld, isOver, itemKeyOf, itemsNamed, livingUntil } from './lease-record.ts'
import { revoke } from './lease-revoke.ts'
import { actorOf, storeNow, storeOfLease } from './lease-stores.ts'
import { isRefusal, lapsedNote, notExtendedNote, reasonOf } from './lease-words.ts'
import { leaseMarkOf } from './names.ts'
import { creationPolicyOf } from './policies.ts'
import type { LeaseRun } from './run.ts'
import { targetKeyOf } from './target-of.ts'

/** What a look at the leases of an ExternalSecret found. */
export interface Kept {
  /** Why a sync is due for their sake. */
  readonly why: string | undefined
  /** Leases that another one is to take the place of while they live. */
  readonly spent: ReadonlySet<string>
  /** Nothing is lost yet: what is due may be tried again after so many milliseconds. */
  readonly patienceMs: number | undefined
  /** When to look again because something did not work, in milliseconds from now. */
  readonly retryMs: number | undefined
}

/** What a slow Gateway leaves undone by then is for the next run: what was done is to be recorded within this one. */
const lookingMs = 30_000
/** Revoking early is asked for by the annotation; what uses the old credential then has to follow at once. */
const revocationAnnotation = 'keyferry.io/lease-revocation'

/**
 * Keeps leases alive: extends those that are two thirds into their life, ends those that nobody needs, and finds out
 * which ones a sync has to replace. Whatever the refresh of values is doing, this goes on.
 */
export async function keepLeases(run: LeaseRun): Promise<Kept> {
  const { object, ports, context, leases, nowMs } = run
  const keeper = new Keeper(run)
  keeper.recall()
  for (const lease of leases.all) {
    if (ports.clock.now() - nowMs < lookingMs) await keeper.look(lease)
    else keeper.lookLater()
  }
  keeper.compare()
  ports.leaseMemory.dropOver(object.metadata, nowMs)
  await leases.save()
  const found = keeper.found()
  if (found.retryMs !== undefined) ports.lookAgain(context.key, found.retryMs)
  return found
}

/** The same where a run is about to fail: a store that is not there ends no lease of another one. */
export async function keepLeasesUnless<T>(run: LeaseRun, find: () => T): Promise<T> {
  try {
    return find()
  } catch (error) {
    await keepLeases(run)
    throw error
  }
}

class Keeper {
  readonly #run: LeaseRun
  readonly #spent = new Set<string>()
  #why: string | undefined
  #isLost = false
  #retryMs: number | undefined
  #patienceMs: number | undefined

  constructor(run: LeaseRun) {
    this.#run = run
  }

  found(): Kept {
    const patienceMs = this.#isLost ? undefined : this.#patienceMs
    return { why: this.#why, spent: this.#spent, patienceMs, retryMs: this.#retryMs }
  }

  /** What this very process was told may be missing on record: that somebody was told it, too, can fail. */
  recall(): void {
    const { object, ports, leases } = this.#run
    const { leaseMemory } = ports
    for (const stated of leases.all) {
      const lease = isIssued(stated) ? stated : leaseMemory.answered(object.metadata, stated)
      const known = lease && leaseMemory.withEnd(object.metadata, lease)
      if (known !== undefined && known !== stated) leases.replace(stated, known)
    }
  }

  async look(lease: Lease): Promise<void> {
    const { nowMs, leases, ports, object } = this.#run
    if (!isIssued(lease)) return this.#interrupted(lease)
    if (isOver(lease, nowMs)) {
      leases.drop(lease)
      if (lease.state === 'Expiring') return
      if (lease.state === 'Active') ports.announce(object, lapsedNote(lease))
      return this.#lost('a lease is over')
    }
    if (lease.state === 'Recorded') return this.#lost('a lease was not brought to its Secret')
    if (lease.state === 'Expiring') return isToRevoke(lease, this.#run) ? this.#revoke(lease) : undefined
    if (isDue(lease, this.#run)) await this.#extend(lease)
  }

  lookLater(): void {
    this.#again(leastMs)
  }

  /** The Secret holds a credential that nobody keeps alive: its lease is over, or the status was lost. */
  compare(): void {
    const { leases, object, ports } = this.#run
    const { metadata } = ports.secrets.get(targetKeyOf(object)) ?? {}
    const mark = markIn(metadata?.annotations?.[leaseMarkOf(object.metadata.name)])
    if (mark.size === 0 || creationPolicyOf(object) === 'None') return
    const recorded = new Set(leases.all.map((it) => leaseDigest(it)))
    if ([...mark.keys()].some((it) => !recorded.has(it))) this.#lost('a lease is not on record')
  }

  #interrupted(lease: Lease): void {
    unaccounted(lease, this.#run)
    this.#run.leases.drop(lease)
    this.#lost('a mint was interrupted')
  }

  #lost(why: string): void {
    this.#why = why
    this.#isLost = true
  }

  async #revoke(lease: Issued): Promise<void> {
    const isDone = await endLease(lease, this.#run)
    if (!isDone) this.#again(60_000)
  }

  async #extend(lease: Issued): Promise<void> {
    const { object, ports, context, nowMs, leases } = this.#run
    if (isOld(lease, nowMs)) return this.#replace(lease, 'a lease is old')
    const options = { signal: context.signal, onBehalfOf: actorOf(object), ttlSeconds: lease.ttlSeconds }
    try {
      const provider = storeNow(lease, object, ports.openStore).provider.leases
      if (provider === undefined) return this.#replace(lease, 'a lease cannot be extended')
      const { ttlSeconds } = await provider.extend({ item: lease.item, id: lease.id }, options)
      const extended = livingUntil(lease, nowMs, ttlSeconds)
      leases.replace(lease, extended)
      ports.leaseMemory.of(object.metadata).extended.set(lease.id, extended)
      ports.leaseObserver.operated('extend', 'ok')
      if (isDue(extended, this.#run)) this.#replace(extended, 'a lease was not extended for long')
    } catch (error) {
      context.signal.throwIfAborted()
      ports.leaseObserver.operated('extend', reasonOf(error))
      if (isRefusal(error)) return this.#replace(lease, 'a lease cannot be extended')
      this.#notYet(lease, error)
    }
  }

  #replace(lease: Issued, why: string): void {
    this.#spent.add(lease.id)
    this.#why ??= why
    this.#patienceMs = Math.min(this.#patienceMs ?? longestRetryMs, retryMs(lease, this.#run))
  }

  #notYet(lease: Issued, error: unknown): void {
    const { context, ports, object } = this.#run
    context.log.warn({ reason: reasonOf(error), item: lease.item }, 'Cannot extend a lease yet')
    ports.announce(object, notExtendedNote(lease, error))
    this.#again(retryMs(lease, this.#run))
    if (isEnding(lease, this.#run)) this.#replace(lease, 'a lease was not extended in time')
  }

  #again(afterMs: number): void {
    this.#retryMs = Math.min(this.#retryMs ?? afterMs, afterMs)
  }
}

/** One whose item the spec does not name any more is needed by nobody; others are left to those who still use them. */
export function isToRevoke(lease: Lease, { object }: Pick<LeaseRun, 'object'>): boolean {
  const { spec, metadata } = object
  return (
    metadata.annotations?.[revocationAnnotation] === 'immediate' || !itemsNamed(spec).has(itemKeyOf(lease))
  )
}

/** Revokes a lease and drops it, also when it may not be revoked; false when that is to be tried again. */
export async function endLease(lease: Issued, run: LeaseRun): Promise<boolean> {
  const { object, ports, context } = run
  const revoked = await revoke(lease, {
    open: storeOfLease(object, ports),
    onBehalfOf: actorOf(object),
    signal: context.signal,
    observer: ports.leaseObserver,
    log: context.log,
  })
  if (revoked.kind === 'later') return false
  if (revoked.kind === 'refused') abandoned(object, [lease], revoked.error, run)
  run.leases.drop(lease)
  return true
}
