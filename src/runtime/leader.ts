import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Client } from '../kube/client.ts'
import { ApiError, isConflict, isNotFound } from '../kube/errors.ts'
import type { ObjectRef } from '../kube/object.ts'
import { type Clock, sleep } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { type Guard, NotLeadingError } from './guard.ts'
import { accessLease, heldBy, holderOf, type Lease, type LeaseAccess, released } from './lease.ts'
import type { PolicyRule } from './policy-rule.ts'
import { SeenLease } from './seen-lease.ts'

/** What election needs to be allowed in the namespace of its Lease. A `create` cannot be bound to a name. */
export function leaseRules(name: string): readonly PolicyRule[] {
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] }
  return [
    { ...leases, verbs: ['create'] },
    { ...leases, resourceNames: [name], verbs: ['get', 'patch'] },
  ]
}

export interface ElectorOptions {
  /** Of its own: it must not wait behind other requests, and is not guarded by what it decides. */
  readonly client: Client
  readonly lease: ObjectRef
  readonly clock: Clock
  readonly log: Log
  readonly identity?: string
  /** A number in [0, 1), for jitter. */
  readonly random?: () => number
  /** How long others wait after they last saw the lease renewed. */
  readonly leaseDurationMs?: number
  /** How long the leader goes on without having renewed it; shorter by enough for its last requests to end. */
  readonly renewDeadlineMs?: number
  readonly retryPeriodMs?: number
  readonly onChange?: (isLeader: boolean) => void
  /** Annotations of the Lease by which the leader tells the others where it is. */
  readonly notes?: Readonly<Record<string, string>>
}

/** Decides by a Lease which of several processes acts; its guard holds for the one that won. */
export interface Elector extends Guard {
  readonly isLeader: boolean
  /** What the one that leads told by an annotation of the Lease, as it was last seen here. */
  noteOfLeader(name: string): string | undefined
  /** Resolves when the lease is won; rejects with the signal's reason when that is aborted first. */
  campaign(signal: AbortSignal): Promise<void>
  /** Gives the lease back at once for others to take. Leader work must have ended. Never rejects. */
  release(): Promise<void>
}

/** An elector with client-go's rules and times. It trusts its own clock only, and that one only going forward. */
export function createElector(options: ElectorOptions): Elector {
  return new LeaseElector(options)
}

/** Tries are spread over 1 to 1.2 periods: a release is then noticed within 3 s, a death within 20 s. */
const jitter = 0.2
const releaseAttempts = 3

class LeaseElector implements Elector {
  readonly #options: ElectorOptions
  readonly #clock: Clock
  readonly #log: Log
  readonly #identity: string
  readonly #leaseDurationMs: number
  readonly #renewDeadlineMs: number
  readonly #access: LeaseAccess
  readonly #ended = new AbortController()
  readonly #stopRenewing = new AbortController()
  readonly #seen: SeenLease
  #isLeader = false
  /** When the last successful write of the lease was begun: others cannot have seen it earlier. */
  #renewedMs = 0
  #cancelWatchdog: () => void = () => undefined
  #renewing: Promise<void> = Promise.resolve()

  constructor(options: ElectorOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#identity = options.identity ?? `${hostname()}_${randomUUID()}`
    this.#log = options.log.child({ lease: options.lease.name, identity: this.#identity })
    this.#leaseDurationMs = options.leaseDurationMs ?? 15_000
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000
    const timeoutMs = Math.max(1000, this.#renewDeadlineMs / 2)
    this.#seen = new SeenLease(options.clock)
    const { notes = {} } = options
    const takenBack = Object.fromEntries(Object.keys(notes).map((it) => [it, null]))
    this.#access = accessLease(options.client, options.lease, timeoutMs, (spec) =>
      spec.holderIdentity === '' ? takenBack : notes,
    )
  }

  noteOfLeader(name: string): string | undefined {
    const { lease } = this.#seen
    return lease === undefined || holderOf(lease) === '' ? undefined : lease.metadata.annotations?.[name]
  }

  get isLeader(): boolean {
    return this.#isLeader && !this.#isOverdue()
  }

  get signal(): AbortSignal {
    return this.#ended.signal
  }

  check(): void {
    if (this.#isLeader && this.#isOverdue()) this.#lose('the lease could not be renewed in time')
    if (!this.#isLeader) throw new NotLeadingError('Cannot send request: this process does not lead')
  }

  async campaign(signal: AbortSignal): Promise<void> {
    this.#log.info('Waiting for leadership')
    while (!(await this.#tryToHold(signal))) {
      await sleep(this.#untilNextTryMs(), this.#clock, signal)
    }
    this.#isLeader = true
    this.#options.onChange?.(true)
    this.#log.info('Leadership won')
    this.#armWatchdog()
    this.#renewing = this.#renew(this.#stopRenewing.signal)
  }

  async release(): Promise<void> {
    this.#stopRenewing.abort(new Error('The lease is released'))
    await this.#renewing
    this.#cancelWatchdog()
    if (!this.#isLeader || this.#isOverdue()) return
    this.#end('the lease was released')
    for (let attempt = 1; attempt <= releaseAttempts; attempt++) {
      if (await this.#giveBack()) return
    }
    this.#log.warn('Cannot release lease: others wait until it expires')
  }

  /** One try to take or keep the lease. Errors count as a failed try. */
  async #tryToHold(signal: AbortSignal): Promise<boolean> {
    try {
      const lease = await this.#access.read(signal)
      if (lease === undefined) return await this.#hold((spec) => this.#access.create(spec, signal))
      this.#seen.see(lease)
      if (!this.#seen.isFreeFor(this.#identity)) return false
      return await this.#update(lease, signal)
    } catch (error) {
      if (signal.aborted) throw error
      // 409: somebody was faster. That is what the resourceVersion is for.
      const isRaceLost = error instanceof ApiError && error.status === 409
      if (!isRaceLost) this.#log.warn({ err: error }, 'Cannot read or write lease')
      return false
    }
  }

  #update(lease: Lease, signal: AbortSignal): Promise<boolean> {
    return this.#hold((spec) => this.#access.update(spec, lease.metadata.resourceVersion, signal), lease)
  }

  async #hold(write: (spec: ReturnType<typeof heldBy>) => Promise<Lease>, old?: Lease): Promise<boolean> {
    // Between reading and writing a leader may have been stopped past its lease.
    if (this.#isLeader) this.check()
    const begunMs = this.#clock.monotonic()
    this.#seen.see(await write(heldBy(this.#identity, this.#leaseDurationMs, this.#clock.now(), old)))
    this.#renewedMs = begunMs
    return true
  }

  /** A period with jitter, or the moment the lease runs out when that is earlier. */
  #untilNextTryMs(): number {
    const { retryPeriodMs = 2000, random = Math.random } = this.#options
    const periodMs = retryPeriodMs * (1 + jitter * random())
    const freeInMs = this.#seen.freeInMs()
    return freeInMs > 0 ? Math.min(periodMs, freeInMs) : periodMs
  }

  async #renew(signal: AbortSignal): Promise<void> {
    while (this.#isLeader && !signal.aborted) {
      try {
        await sleep(this.#untilNextTryMs(), this.#clock, signal)
        // A process that was stopped and goes on must not even renew.
        this.check()
        await this.#renewOnce(signal)
      } catch (error) {
        if (!signal.aborted && this.#isLeader) this.#log.warn({ err: error }, 'Cannot renew lease')
      }
    }
  }

  /** The last answer says what is there, so that one patch is enough; only when it was wrong the lease is read. */
  async #renewOnce(signal: AbortSignal): Promise<void> {
    const { lease } = this.#seen
    if (lease === undefined) return
    try {
      await this.#update(lease, signal)
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error
      const isHeld = await this.#tryToHold(signal)
      if (!isHeld && !this.#seen.isFreeFor(this.#identity)) this.#lose('another process holds the lease')
    }
    this.#armWatchdog()
  }

  #isOverdue(): boolean {
    return this.#clock.monotonic() - this.#renewedMs >= this.#renewDeadlineMs
  }

  #armWatchdog(): void {
    this.#cancelWatchdog()
    if (!this.#isLeader) return
    const leftMs = this.#renewedMs + this.#renewDeadlineMs - this.#clock.monotonic()
    this.#cancelWatchdog = this.#clock.after(leftMs, () => {
      if (this.#isLeader) this.#lose('the lease could not be renewed in time')
    })
  }

  #lose(why: string): void {
    this.#log.error({ why }, 'Leadership lost')
    this.#stopRenewing.abort(new Error(why))
    this.#end(why)
  }

  #end(why: string): void {
    this.#isLeader = false
    this.#cancelWatchdog()
    this.#options.onChange?.(false)
    this.#ended.abort(new NotLeadingError(`Leadership is over: ${why}`))
  }

  /** True when there is nothing more to do. */
  async #giveBack(): Promise<boolean> {
    const { signal } = new AbortController()
    const resourceVersion = this.#seen.lease?.metadata.resourceVersion
    try {
      await this.#access.update(released(this.#clock.now()), resourceVersion, signal)
      this.#log.info('Lease released')
      return true
    } catch (error) {
      if (!isConflict(error)) return isNotFound(error)
    }
    // The renewal that was broken off came through after all.
    const lease = await this.#access.read(signal).catch(() => undefined)
    if (lease !== undefined) this.#seen.see(lease)
    return lease === undefined || holderOf(lease) !== this.#identity
  }
}
