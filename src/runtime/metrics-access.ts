import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Client } from '../kube/client.ts'
import { isForbidden } from '../kube/errors.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { Redacted } from '../std/redacted.ts'
import { SenderBuckets } from './bucket.ts'
import type { Caller, Handler, Page } from './http.ts'
import type { PolicyRule } from './policy-rule.ts'

/** What whoever serves metrics securely needs: to ask who a caller is, and what he may. */
export const metricsAuthRules: readonly PolicyRule[] = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
]

/** Where metrics are served; a caller needs `get` on this as a non-resource URL. */
export const metricsPath = '/metrics'

export interface MetricsAccessOptions {
  readonly reviewer: Pick<Client, 'reviewToken' | 'reviewAccess'>
  /** Aborted when the process stops. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly log: Log
}

type Answer = 'allowed' | 'unknown' | 'forbidden'
type Known = { readonly answer: Answer; readonly untilMs: number }

/** Within a scrape interval of a right that is taken away, and of a token that is over. */
const allowedMs = 60_000
/** Short, so that a right that was just granted holds at the next scrape. */
const refusedMs = 10_000
const mostAllowed = 100
const mostRefused = 1000
const mostAsked = 20
/** Questions that one address may cause; answers that are known cost none. */
const questionRate = { perSecond: 2, burst: 20 }
/** Below the ten seconds that Prometheus gives a scrape. */
const reviewTimeoutMs = 4000
const longestToken = 16_384

const refusals: Readonly<Record<Exclude<Answer, 'allowed'>, Page>> = {
  unknown: { status: 401, body: 'unauthorized\n', headers: { 'www-authenticate': 'Bearer' } },
  forbidden: { status: 403, body: 'forbidden\n' },
}
const slower: Page = { status: 429, body: 'too many requests\n', headers: { 'retry-after': '1' } }
const unavailable: Page = { status: 503, body: 'cannot review the token\n', headers: { 'retry-after': '5' } }

/** Lets only those through whom the API server knows and allows to get `/metrics`; answers are kept for a short time. */
export class MetricsAccess {
  readonly #options: MetricsAccessOptions
  /** Until when, by digest of the token. */
  readonly #allowed = new LRUCache<string, Known>({ max: mostAllowed })
  /** A cache of its own: guesses push out nobody who is allowed. */
  readonly #refused = new LRUCache<string, Known>({ max: mostRefused })
  readonly #asked = new Map<string, Promise<Answer>>()
  readonly #senders: SenderBuckets
  /** Tokens are known by a digest that is worth nothing outside this process. */
  readonly #digestKey = randomBytes(32)

  constructor(options: MetricsAccessOptions) {
    this.#options = options
    this.#senders = new SenderBuckets(options.clock, questionRate)
  }

  /** The handler, for whoever may. */
  guard(handler: Handler): Handler {
    return async (query, caller) => (await this.#refusal(caller)) ?? handler(query, caller)
  }

  async #refusal({ authorization, address }: Caller): Promise<Page | undefined> {
    const token = bearerOf(authorization)
    if (token === undefined) return refusals.unknown
    const key = createHmac('sha256', this.#digestKey).update(token.reveal()).digest('base64')
    const known = this.#knownOf(key)
    if (known !== undefined) return pageOf(known)
    const asked = this.#asked.get(key)
    if (asked === undefined && !this.#senders.of(address).take()) return slower
    if (asked === undefined && this.#asked.size >= mostAsked) return unavailable
    return (asked ?? this.#askOnce(key, token)).then(pageOf, () => unavailable)
  }

  #askOnce(key: string, token: Redacted): Promise<Answer> {
    const answer = this.#ask(token)
      .then((it) => this.#keep(key, it))
      .catch((error: unknown) => this.#tell(error))
      .finally(() => this.#asked.delete(key))
    this.#asked.set(key, answer)
    return answer
  }

  #knownOf(key: string): Answer | undefined {
    const known = this.#allowed.get(key) ?? this.#refused.get(key)
    return known !== undefined && this.#options.clock.monotonic() < known.untilMs ? known.answer : undefined
  }

  #keep(key: string, answer: Answer): Answer {
    const isAllowed = answer === 'allowed'
    const untilMs = this.#options.clock.monotonic() + (isAllowed ? allowedMs : refusedMs)
    if (!isAllowed) this.#allowed.delete(key)
    const cache = isAllowed ? this.#allowed : this.#refused
    cache.set(key, { answer, untilMs })
    return answer
  }

  async #ask(token: Redacted): Promise<Answer> {
    const { reviewer, signal } = this.#options
    const options = { signal, timeoutMs: reviewTimeoutMs }
    const { authenticated, user } = await reviewer.reviewToken(token, options)
    if (!authenticated || user === undefined) return 'unknown'
    const isAllowed = await reviewer.reviewAccess(user, { path: metricsPath, verb: 'get' }, options)
    return isAllowed ? 'allowed' : 'forbidden'
  }

  #tell(error: unknown): never {
    const hint = isForbidden(error) ? ': ClusterRole keyferry-metrics-auth must be bound to this pod' : ''
    this.#options.log.warn({ err: error }, `Cannot review who scrapes${hint}`)
    throw error
  }
}

function pageOf(answer: Answer): Page | undefined {
  return answer === 'allowed' ? undefined : refusals[answer]
}

function bearerOf(authorization: string | undefined): Redacted | undefined {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? []
  return token === undefined || token.length > longestToken ? undefined : new Redacted(token)
}
