import { type ExternalSecret, externalSecretKind } from '../../../src/api/externalsecret.ts'
import type { Lease } from '../../../src/api/externalsecret-status.ts'
import { failure } from '../../../src/api/reason.ts'
import type { Fields } from '../../../src/externalsecret/fields.ts'
import { createFightRecord } from '../../../src/externalsecret/fights.ts'
import { Hints } from '../../../src/externalsecret/hints.ts'
import { LeaseMemory } from '../../../src/externalsecret/lease-memory.ts'
import type { Ports } from '../../../src/externalsecret/ports.ts'
import { createReconcile } from '../../../src/externalsecret/reconcile.ts'
import { createVanishRecord } from '../../../src/externalsecret/vanish-record.ts'
import type { Applied, Client } from '../../../src/kube/client.ts'
import { ApiError } from '../../../src/kube/errors.ts'
import type { Kind } from '../../../src/kube/kind.ts'
import type { KubeObject, ObjectRef } from '../../../src/kube/object.ts'
import type { Context, Note, Verdict } from '../../../src/runtime/reconcile.ts'
import { createLog } from '../../../src/std/log.ts'
import { Redacted } from '../../../src/std/redacted.ts'
import type { OpenedStore } from '../../../src/store/open.ts'
import type { ItemOutcome, ItemRequest, LeaseRef, Minted, Provider } from '../../../src/store/provider.ts'
import { render } from '../../../src/template/render.ts'
import { ManualClock } from '../manual-clock.ts'
import { MemorySecrets } from './memory-secrets.ts'

/** As the runtime has it. */
const runMs = 120_000
const finalizer = 'keyferry.io/leases'

/** What the process does not survive. */
class Crash extends Error {}

interface User {
  readonly item: string
  readonly bornMs: number
  endsMs: number
}

/** A provider with dynamic items, and users as its database has them. */
class DynamicItems {
  readonly users = new Map<string, User>()
  readonly fixed = new Map<string, { text: string; version?: string }>()
  readonly dynamic = new Set(['/db'])
  ttlSeconds = 3600
  /** What every call of a kind fails with, beside what it does: `lost` is done all the same. */
  fails: Partial<Record<'mint' | 'extend' | 'revoke' | 'read', Error>> = {}
  isLost = false
  /** No credential lives for longer than this, however often it is extended. */
  mostLifeMs = Number.POSITIVE_INFINITY
  /** How long each call takes. */
  takesMs = 0
  readonly calls: string[] = []
  readonly #clock: ManualClock
  #count = 0

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  /** The users that there are now: TTLs that are over end them. */
  get living(): string[] {
    for (const [id, { endsMs }] of this.users) if (endsMs <= this.#clock.now()) this.users.delete(id)
    return [...this.users.keys()]
  }

  get provider(): Provider {
    return {
      check: () => Promise.resolve(),
      find: () => Promise.resolve([]),
      read: async (requests) => {
        this.#call('read')
        return requests.map((it) => this.#outcomeOf(it))
      },
      leases: {
        mint: async (item) => this.#mint(item),
        extend: async (lease, { ttlSeconds }) => this.#extend(lease, ttlSeconds),
        revoke: async (lease) => this.#revoke(lease),
      },
    }
  }

  #outcomeOf({ key }: ItemRequest): ItemOutcome {
    if (this.dynamic.has(key))
      return { ok: false, mints: true, failure: failure('InvalidSpec', `"${key}" is dynamic`) }
    const item = this.fixed.get(key)
    if (item === undefined) return { ok: false, failure: failure('NotFound', `"${key}" does not exist`) }
    const { text, version } = item
    return { ok: true, value: { text: new Redacted(text), ...(version !== undefined && { version }) } }
  }

  #call(kind: 'mint' | 'extend' | 'revoke' | 'read'): void {
    this.calls.push(kind)
    this.#clock.advance(this.takesMs)
    const error = this.fails[kind]
    if (error !== undefined && !this.isLost) throw error
  }

  #answered<T>(kind: 'mint' | 'extend' | 'revoke', answer: T): T {
    const error = this.fails[kind]
    if (error !== undefined) throw error
    return answer
  }

  #mint(item: string): Minted {
    this.#call('mint')
    const id = `tmp_${++this.#count}`
    const { ttlSeconds } = this
    const bornMs = this.#clock.now()
    this.users.set(id, { item, bornMs, endsMs: bornMs + ttlSeconds * 1000 })
    const value = { user: id, password: `canary-${id}` }
    const whole = { id, ...value, ttl_in_minutes: String(ttlSeconds / 60) }
    return this.#answered('mint', {
      item,
      id,
      ttlSeconds,
      value: { text: new Redacted(JSON.stringify(value)) },
      whole: { text: new Redacted(JSON.stringify(whole)) },
    })
  }

  #extend({ id }: LeaseRef, ttlSeconds: number): { ttlSeconds: number } {
    this.#call('extend')
    const user = this.living.includes(id) ? this.users.get(id) : undefined
    if (user === undefined) throw failure('NotFound', 'there is no such lease')
    const nowMs = this.#clock.now()
    user.endsMs = Math.min(nowMs + ttlSeconds * 1000, user.bornMs + this.mostLifeMs)
    return this.#answered('extend', { ttlSeconds: Math.floor((user.endsMs - nowMs) / 1000) })
  }

  #revoke({ id }: LeaseRef): 'revoked' | 'gone' {
    this.#call('revoke')
    return this.#answered('revoke', this.users.delete(id) ? 'revoked' : 'gone')
  }
}

/** ExternalSecret `shop/db` with a dynamic item, its API server, its provider, and processes that come and go. */
export class LeaseBench {
  readonly clock = new ManualClock()
  readonly secrets = new MemorySecrets()
  readonly items = new DynamicItems(this.clock)
  readonly notes: Note[] = []
  readonly counts = { unaccounted: 0, abandoned: 0 }
  canRecord = true
  isNamespaceGoing = false
  hasStore = true
  readonly missingStores = new Set<string>()
  storeVersion = 's/1'
  /** The write of a Secret fails with it. */
  writeFails: Error | undefined
  /** The process ends at the n-th call to anything outside, counted from 1; before the call or right after it. */
  crashAt: { n: number; after: boolean } | undefined
  /** The n-th such call fails, or is done and its answer is lost, and the process lives on. */
  failAt: { n: number; error: Error; isDone?: boolean } | undefined
  outside = 0
  isGone = false
  /** After how long it is to be looked at again whatever becomes of a run. */
  readonly looks: number[] = []
  /** What workloads were patched with, and what the Secret held then. */
  readonly restarts: { readonly patch: object; readonly data: Readonly<Record<string, string>> }[] = []
  /** The ExternalSecret as the API server has it, where the watch shows another one. */
  live: ExternalSecret | undefined
  object: ExternalSecret = {
    metadata: { namespace: 'shop', name: 'db', uid: 'u1', generation: 1 },
    spec: {
      secretStoreRef: { name: 'main' },
      refreshInterval: '1h',
      data: [
        { secretKey: 'user', remoteRef: { key: '/db', property: 'user' } },
        { secretKey: 'password', remoteRef: { key: '/db', property: 'password' } },
      ],
    },
  }
  #ports = this.#newPorts()
  #signal = new AbortController().signal

  get leases(): readonly Lease[] {
    return this.object.status?.leases ?? []
  }

  /** Another process takes over: what the one before remembered is lost. */
  restart(): void {
    this.#ports = this.#newPorts()
  }

  /** One run, with the status written as the shell does; failures are given back, and leave Ready as it is. */
  async run(): Promise<Verdict<Fields> | Error> {
    const time = new AbortController()
    const cancel = this.clock.after(runMs, () => time.abort(new Error('The run took too long')))
    this.#signal = time.signal
    try {
      const verdict = await createReconcile(this.#ports)(this.object, this.#context(time.signal))
      if (verdict.kind === 'done') {
        const conditions = [{ type: 'Ready', status: 'True' as const, reason: verdict.reason }]
        await this.#outside(() => this.#writeStatus({ ...verdict.fields, conditions }))
      }
      return verdict
    } catch (error) {
      return error instanceof Error ? error : new Error('not an error')
    } finally {
      cancel()
      this.secrets.echo()
    }
  }

  /** Runs until nothing is left to do at once. */
  async settle(): Promise<Verdict<Fields> | Error> {
    await this.run()
    return this.run()
  }

  /** How many credentials the process holds that are not in the Secret. */
  get held(): number {
    return this.#ports.leaseMemory.known({ namespace: 'shop', name: 'db', uid: 'u1' })?.pending.size ?? 0
  }

  /** How many users there are that are on no record. */
  unknown(): number {
    return this.items.living.filter((id) => !this.leases.some((it) => it.id === id)).length
  }

  advance(ms: number): void {
    this.clock.advance(ms)
  }

  change(spec: object): void {
    const { metadata, spec: before } = this.object
    const generation = (metadata.generation ?? 0) + 1
    this.object = { ...this.object, metadata: { ...metadata, generation }, spec: { ...before, ...spec } }
  }

  annotate(annotations: Record<string, string>): void {
    this.object = { ...this.object, metadata: { ...this.object.metadata, annotations } }
  }

  delete(): void {
    const deletionTimestamp = new Date(this.clock.now()).toISOString()
    this.object = { ...this.object, metadata: { ...this.object.metadata, deletionTimestamp } }
    this.isGone = this.object.metadata.finalizers === undefined
  }

  data(name = 'db'): Record<string, string> {
    const { data = {} } = this.secrets.get(`shop/${name}`) ?? {}
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    )
  }

  #context(signal: AbortSignal): Context<Fields> {
    return {
      key: 'shop/db',
      signal,
      log: createLog('silent'),
      failures: 0,
      checkpoint: (fields) =>
        this.#outside(() =>
          this.#writeStatus({ ...fields, conditions: this.object.status?.conditions ?? [] }),
        ),
    }
  }

  #writeStatus(status: object): void {
    this.object = { ...this.object, status: structuredClone(status) as ExternalSecret['status'] & object }
  }

  async #outside<T>(call: () => T | Promise<T>): Promise<T> {
    const isHere = ++this.outside === this.crashAt?.n
    if (isHere && this.crashAt?.after === false) throw new Crash()
    const failing = this.outside === this.failAt?.n ? this.failAt : undefined
    if (failing !== undefined && failing.isDone !== true) throw failing.error
    this.#signal.throwIfAborted()
    const result = await call()
    this.#signal.throwIfAborted()
    if (isHere) throw new Crash()
    if (failing !== undefined) throw failing.error
    return result
  }

  #newPorts(): Ports {
    return {
      client: this.#client(),
      fights: createFightRecord(this.clock),
      openStore: ({ name }) => this.#store(name),
      isServedByAnother: () => false,
      secrets: this.secrets.facts,
      configMaps: this.secrets.configMaps,
      render,
      memories: new Map(),
      vanishing: createVanishRecord(),
      hints: new Hints(),
      clock: this.clock,
      features: { rolloutRestart: true },
      startedAtMs: this.clock.now(),
      canRecordLeases: () => this.canRecord,
      isNamespaceGoing: () => this.isNamespaceGoing,
      leaseMemory: new LeaseMemory(),
      leaseObserver: {
        operated: () => {},
        unaccounted: () => void this.counts.unaccounted++,
        abandoned: (count) => void (this.counts.abandoned += count),
        holds: () => {},
      },
      lookAgain: (_, afterMs) => void this.looks.push(afterMs),
      announce: (_, note) => void this.notes.push(note),
    }
  }

  #store(name: string): OpenedStore {
    if (!this.hasStore || this.missingStores.has(name))
      throw failure('StoreNotReady', 'Cannot find SecretStore shop/main')
    const { provider } = this.items
    const { leases } = provider
    if (leases === undefined) throw new Error('the provider makes no leases')
    return {
      title: 'SecretStore shop/main',
      version: this.storeVersion,
      identity: () => 'app',
      provider: {
        ...provider,
        leases: {
          mint: (...args) => this.#outside(() => leases.mint(...args)),
          extend: (...args) => this.#outside(() => leases.extend(...args)),
          revoke: (...args) => this.#outside(() => leases.revoke(...args)),
        },
      },
    }
  }

  #client(): Client {
    const { client } = this.secrets
    return {
      ...client,
      find: <T extends KubeObject>(kind: Kind, ref: ObjectRef, options: { signal: AbortSignal }) =>
        kind === externalSecretKind
          ? Promise.resolve(
              (this.isGone ? undefined : structuredClone(this.live ?? this.object)) as object as T,
            )
          : client.find<T>(kind, ref, options),
      apply: (kind, object, options) =>
        this.#outside(() => {
          if (kind === externalSecretKind) return this.#finalize() as Applied<never>
          if (this.writeFails !== undefined) throw this.writeFails
          return client.apply(kind, object, options)
        }),
      mergePatch: (_kind, _ref, patch) =>
        this.#outside(() => {
          this.restarts.push({ patch, data: this.data() })
          return {} as never
        }),
      jsonPatch: () =>
        this.#outside(() => {
          const { finalizers: _, ...metadata } = this.object.metadata
          this.object = { ...this.object, metadata }
          this.isGone = metadata.deletionTimestamp !== undefined
          return this.object as never
        }),
    }
  }

  #finalize(): Applied<ExternalSecret> {
    if (this.object.metadata.deletionTimestamp !== undefined)
      throw new ApiError('it is being deleted', { status: 422 })
    this.object = { ...this.object, metadata: { ...this.object.metadata, finalizers: [finalizer] } }
    return { object: structuredClone(this.object), created: false }
  }
}
