import type { Dispatcher } from 'undici'
import { type Clock, systemClock } from '../std/clock.ts'
import type { Redacted } from '../std/redacted.ts'
import type { Connection } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { TransportError } from './errors.ts'
import { type Answered, type Credentials, exchange, type Outcome } from './exchange.ts'
import type { Pools } from './pool.ts'
import { RotatingPools } from './rotating-pools.ts'
import type { HttpRequest, HttpResponse, HttpStream, Transport } from './transport.ts'
import { transportFailure } from './transport-failure.ts'
import { Withheld, wholeAnswer } from './whole-answer.ts'

/** One answer, for `rest_client_requests_total`; `code` is `<error>` when there was none, as client-go has it. */
export interface ResponseFact {
  readonly method: string
  readonly code: string
  readonly host: string
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

type Options = Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers' | 'body'>
type StreamAnswer = Omit<HttpStream, 'chunks'> & Pick<Dispatcher.ResponseData, 'body'>

/** How an attempt is sent, and what is done with an answer that nobody reads. */
interface Route<Answer extends Answered> {
  readonly send: (
    pools: Pools,
    options: Options,
    signal: AbortSignal,
    mayGo: HttpRequest['mayGo'],
  ) => Promise<Answer>
  readonly discard: (answer: Answer) => Promise<unknown>
}

const whole: Route<HttpResponse> = {
  send: ({ requests }, options, signal, mayGo) => wholeAnswer(requests, options, signal, mayGo),
  discard: async () => undefined,
}

const streamed: Route<StreamAnswer> = {
  send: async ({ streams }, options, signal) => {
    const { statusCode: status, headers, body } = await streams.request({ ...options, signal })
    return { status, headers, body }
  },
  discard: (answer) => answer.body.dump(),
}

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
    // Whoever names no time ends the wait itself, as `createSend` does.
    if (request.timeoutMs === undefined) return this.#answer(whole, request, request.signal)
    return withDeadline(this.#deadline(request), (signal) => this.#answer(whole, request, signal))
  }

  async stream(request: HttpRequest): Promise<HttpStream> {
    const life = new AbortController()
    const end = () => life.abort(request.signal.reason)
    request.signal.addEventListener('abort', end, { once: true })
    const release = () => request.signal.removeEventListener('abort', end)
    try {
      const answer = await this.#head(request, life)
      answer.body.once('close', release)
      const { status, headers } = answer
      return { status, headers, chunks: this.#chunksOf(answer, life.signal) }
    } catch (error) {
      release()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#pools.close()
  }

  /** The deadline covers the head only; `life` goes on with the body. */
  #head(request: HttpRequest, life: AbortController): Promise<StreamAnswer> {
    return withDeadline(this.#deadline(request), (signal) => {
      signal.addEventListener('abort', () => life.abort(signal.reason), { once: true })
      return this.#answer(streamed, request, life.signal)
    })
  }

  #answer<Answer extends Answered>(
    route: Route<Answer>,
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<Answer> {
    const attempt = (credentials: Credentials) => this.#attempt(route, request, credentials, signal)
    return exchange(this.#connection, attempt, route.discard)
  }

  async #attempt<Answer extends Answered>(
    route: Route<Answer>,
    request: HttpRequest,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<Outcome<Answer>> {
    let outcome: Outcome<Answer>
    try {
      const options = this.#optionsOf(request, credentials.authorization)
      outcome = { answer: await route.send(this.#pools.for(credentials.tls), options, signal, request.mayGo) }
    } catch (error) {
      outcome = { error: this.#failure(error, signal) }
    }
    const code = 'answer' in outcome ? String(outcome.answer.status) : '<error>'
    this.#options.onResponse({ method: request.method, code, host: this.#host })
    return outcome
  }

  #optionsOf(request: HttpRequest, authorization: Redacted | undefined): Options {
    return {
      method: request.method,
      path: this.#basePath + request.path,
      headers: this.#headersOf(request, authorization),
      body: request.body ?? null,
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

  async *#chunksOf(answer: StreamAnswer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of answer.body) yield chunk
    } catch (error) {
      throw this.#failure(error, signal)
    }
  }

  #failure(error: unknown, signal: AbortSignal): unknown {
    if (error instanceof Withheld) return error.cause
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
