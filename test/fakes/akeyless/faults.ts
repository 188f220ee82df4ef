/** What goes wrong. Those that only shape the way an answer is sent let the command run first. */
export type FaultKind =
  /** This status, before the command runs. `retryAfter` is the header's text. */
  | { readonly kind: 'status'; readonly status: number; readonly text?: string; readonly retryAfter?: string }
  /** 429, with Retry-After as this run guesses it. */
  | { readonly kind: 'throttle'; readonly afterSeconds?: number }
  /** 200 with a login page. */
  | { readonly kind: 'html' }
  /** 200 with no body. */
  | { readonly kind: 'empty' }
  /** 200 with JSON that ends too early, completely sent. */
  | { readonly kind: 'malformed' }
  /** These bytes as the body, as JSON unless the headers say otherwise; 200 unless said otherwise. */
  | {
      readonly kind: 'raw'
      readonly body: string | Uint8Array
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The true body under another content type. */
  | { readonly kind: 'contentType'; readonly value: string }
  /** The connection ends in the middle of the body, announced by Content-Length or chunked. */
  | { readonly kind: 'truncated'; readonly chunked?: boolean }
  | { readonly kind: 'redirect'; readonly status: 301 | 302 | 303 | 307 | 308; readonly location: string }
  /** The true answer, this much later. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** The true body, slowly; one byte per second unless said otherwise. */
  | { readonly kind: 'drip'; readonly bytesPerSecond?: number }
  /** A JSON body of this many bytes; 100 MB unless said otherwise. */
  | { readonly kind: 'huge'; readonly bytes?: number }
  /** A gzip body that unpacks to this many bytes. */
  | { readonly kind: 'gzipBomb'; readonly bytes?: number }
  /** The connection is reset without an answer. */
  | { readonly kind: 'reset' }
  /** The command runs, and the connection is reset in place of its answer. */
  | { readonly kind: 'lost' }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** The token is revoked between its arrival and its use. */
  | { readonly kind: 'revokeToken' }
  /** The API server is taken to have refused the JWT. */
  | { readonly kind: 'refuseJwt' }

/** Where and how often; a fault without `path` hits every command, one without `times` hits until removed. */
interface FaultScope {
  readonly path?: string
  readonly times?: number
  /** Calls that pass unharmed first. */
  readonly skip?: number
  /** Only calls that ask for this item. */
  readonly name?: string
}

export type Fault = FaultKind & FaultScope

/** A fault that was set: how often it hit, and a way to take it back. */
export interface SetFault {
  readonly hits: number
  remove(): void
}

interface Entry {
  readonly fault: Fault
  hits: number
  seen: number
}

/** The faults that are set; the oldest one that applies to a call hits it. */
export class Faults {
  readonly #entries = new Set<Entry>()

  add(fault: Fault): SetFault {
    const entry = { fault, hits: 0, seen: 0 }
    this.#entries.add(entry)
    return {
      get hits() {
        return entry.hits
      },
      remove: () => void this.#entries.delete(entry),
    }
  }

  clear(): void {
    this.#entries.clear()
  }

  /** The fault for a call, counted as one hit. */
  take(path: string, names: readonly string[]): Fault | undefined {
    for (const entry of this.#entries) {
      if (!applies(entry.fault, path, names)) continue
      if (entry.seen++ < (entry.fault.skip ?? 0)) continue
      entry.hits++
      if (entry.hits >= (entry.fault.times ?? Infinity)) this.#entries.delete(entry)
      return entry.fault
    }
    return undefined
  }
}

function applies(fault: Fault, path: string, names: readonly string[]): boolean {
  if (fault.path !== undefined && fault.path.replace(/^\//, '') !== path.replace(/^\//, '')) return false
  return fault.name === undefined || names.includes(fault.name)
}
