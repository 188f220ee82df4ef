/** What a TokenReview said during a login. */
export interface Review {
  readonly authenticated: boolean
  /** `system:serviceaccount:NAMESPACE:NAME`, as the API server told it. */
  readonly username?: string
  /** The API server's own words for a refusal. */
  readonly error?: string
}

/** One call, without anything secret: no token, no JWT, no value. */
export interface Call {
  readonly time: Date
  /** The command: `/get-secret-value`, without the base. */
  readonly path: string
  /** The base the caller used: ``, `/v2`, `/api/v2`. */
  readonly base: string
  readonly status: number
  readonly accessId?: string
  /** `tok-3`: which token, in the order of their making; never the token. */
  readonly tokenId?: string
  /** `NAMESPACE/NAME` of the ServiceAccount whose login this is. */
  readonly identity?: string
  /** Items that were asked for. */
  readonly names: readonly string[]
  readonly review?: Review
  /** Kind of the fault that shaped the answer. */
  readonly fault?: string
  /** Served from the Gateway's cache. */
  readonly cached?: boolean
  /** The request bypassed caches. */
  readonly ignoreCache?: boolean
}

/** Every call since the start or the last `clear()`. */
export class CallLog {
  readonly #calls: Call[] = []
  readonly #onCall: ((call: Call) => void) | undefined

  constructor(onCall?: (call: Call) => void) {
    this.#onCall = onCall
  }

  get all(): readonly Call[] {
    return this.#calls
  }

  /** Calls of one command, with or without the leading slash. */
  of(path: string): readonly Call[] {
    const wanted = path.startsWith('/') ? path : `/${path}`
    return this.#calls.filter((it) => it.path === wanted)
  }

  /** How many calls there were, or how many of one command. */
  count(path?: string): number {
    return path === undefined ? this.#calls.length : this.of(path).length
  }

  /** `{'/auth': 1, '/get-secret-value': 3}`. */
  byPath(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { path } of this.#calls) counts[path] = (counts[path] ?? 0) + 1
    return counts
  }

  add(call: Call): void {
    this.#calls.push(call)
    this.#onCall?.(call)
  }

  clear(): void {
    this.#calls.length = 0
  }
}

/** One call in human words, for people who watch: `login p-demo as team-a/app: TokenReview accepted, 200`. */
export function wordsOf(call: Call): string {
  const who = call.accessId ?? 'nobody'
  const how = [`${call.status}`, call.cached && 'from the cache', call.fault && `fault ${call.fault}`].filter(
    Boolean,
  )
  return `${verbOf(call)} by ${who}${reviewOf(call)}: ${how.join(', ')}`
}

function verbOf(call: Call): string {
  const names = call.names.join(', ')
  if (call.path === '/auth') return 'login'
  if (call.path === '/describe-item') return `description of ${names} read`
  if (call.path.includes('dynamic-secret-value') || call.path === '/dynamic-secret-get-value')
    return `credential of ${names} made`
  if (call.path.endsWith('-value')) return `value of ${names} read`
  return `${call.path.slice(1)}${names === '' ? '' : ` ${names}`}`
}

function reviewOf({ review, identity }: Call): string {
  if (review === undefined) return ''
  const who = identity ?? review.username ?? 'an unknown JWT'
  return ` as ${who} (TokenReview ${review.authenticated ? 'accepted' : 'refused'})`
}
