import { type Clock, systemClock } from '../std/clock.ts'
import type { Redacted } from '../std/redacted.ts'
import type { Connection } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { TransportError } from './errors.ts'
import { type Answer, type Credentials, exchange, type Outcome } from './exchange.ts'
import { RotatingPools } from './rotating-pools.ts'
import type { HttpRequest, HttpResponse, HttpStream, Transport } from './transport.ts'
import { transportFailure } from './transport-failure.ts'

/** One answer, for `rest_client_requests_total`; `code` is `<error>` when there was none, as client-go has it. */
export interface ResponseFact {
  readonly method: string
  readonly code: string
  readonly host: string
  readonly seconds: number
}

export interface TransportOptions {
  /** `keyferry/<version>`. */
  readonly userAgent: string
  readonly onResponse?: (fact: ResponseFact) => void
  readonly clock?: Clock
  readonly maxConnections?: number
  readonly connectTimeoutMs?: number
  readonly maxBodyBytes?: number
}

type Route = 'requests' | 'streams'

/** HTTP to the server of a connection. Redirects are not followed: a 3xx is an answer like any other. */
export function createTransport(connection: Connection, options: TransportOptions): Transport {
  return new UndiciTransport(connection, options)
}

class UndiciTransport implements Transport {
  readonly #connection: Connection
  readonly #options: Required<TransportOptions>
  readonly #host: string
  readonly #basePath: string
  readonly #pools: RotatingPools

  constructor(connection: Connection, options: TransportOptions) {
    const { host, pathname } = new URL(connection.server)
    this.#connection = connection
    this.#host = host
    this.#basePath = pathname.replace(/\/$/, '')
    this.#options = {
      onResponse: () => undefined,
      clock: systemClock,
      maxConnections: 50,
      connectTimeoutMs: 5000,
      maxBodyBytes: 64 * 1024 * 1024,
      ...options,
    }
    this.#pools = new RotatingPools({ ...this.#options, connection })
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return withDeadline(this.#deadline(request), async (signal) => {
      const answer = await this.#answer('requests', request, signal)
      return { status: answer.statusCode, headers: answer.headers, body: await this.#textOf(answer, signal) }
    })
  }

  async stream(request: HttpRequest): Promise<HttpStream> {
    const life = new AbortController()
    const end = () => life.abort(request.signal.reason)
    request.signal.addEventListener('abort', end, { once: true })
    const release = () => request.signal.removeEventListener('abort', end)
    try {
      const answer = await this.#head(request, life)
      answer.body.once('close', release)
      return {
        status: answer.statusCode,
        headers: answer.headers,
        chunks: this.#chunksOf(answer, life.signal),
      }
    } catch (error) {
      release()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#pools.close()
  }

  /** The deadline covers the head only; `life` goes on with the body. */
  #head(request: HttpRequest, life: AbortController): Promise<Answer> {
    return withDeadline(this.#deadline(request), (signal) => {
      signal.addEventListener('abort', () => life.abort(signal.reason), { once: true })
      return this.#answer('streams', request, life.signal)
    })
  }

  #answer(route: Route, request: HttpRequest, signal: AbortSignal): Promise<Answer> {
    return exchange(this.#connection, (credentials) => this.#attempt(route, request, credentials, signal))
  }

  async #attempt(
    route: Route,
    request: HttpRequest,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { clock, onResponse } = this.#options
    const startedAt = clock.monotonic()
    const outcome = await this.#send(route, request, credentials, signal)
    const code = 'answer' in outcome ? String(outcome.answer.statusCode) : '<error>'
    onResponse({
      method: request.method,
      code,
      host: this.#host,
      seconds: (clock.monotonic() - startedAt) / 1000,
    })
    return outcome
  }

  async #send(
    route: Route,
    request: HttpRequest,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<Outcome> {
    try {
      const answer = await this.#pools.for(credentials.tls)[route].request({
        method: request.method,
        path: this.#basePath + request.path,
        headers: this.#headersOf(request, credentials.authorization),
        body: request.body ?? null,
        signal,
      })
      return { answer }
    } catch (error) {
      return { error: this.#failure(error, signal) }
    }
  }

  #headersOf(request: HttpRequest, authorization: Redacted | undefined): Record<string, string> {
    return {
      'user-agent': this.#options.userAgent,
      ...request.headers,
      ...this.#connection.headers,
      ...(authorization === undefined ? {} : { authorization: authorization.reveal() }),
    }
  }

  async #textOf(answer: Answer, signal: AbortSignal): Promise<string> {
    try {
      return await answer.body.text()
    } catch (error) {
      throw this.#failure(error, signal)
    }
  }

  async *#chunksOf(answer: Answer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of answer.body) yield chunk
    } catch (error) {
      throw this.#failure(error, signal)
    }
  }

  #failure(error: unknown, signal: AbortSignal): unknown {
    return signal.aborted ? signal.reason : transportFailure(this.#connection.server, error)
  }

  #deadline(request: HttpRequest) {
    const { signal, timeoutMs } = request
    const message = `Cannot reach the API server at ${this.#connection.server}: no answer within ${timeoutMs} ms`
    return {
      signal,
      timeoutMs,
      clock: this.#options.clock,
      timedOut: () => new TransportError(message, 'ETIMEDOUT'),
    }
  }
}
