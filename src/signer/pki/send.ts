import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { KeptBack } from '../../net/gated.ts'
import type { LargeBodies } from '../../net/large-bodies.ts'
import { failureAt } from '../../net/network-failure.ts'
import { TimeLimit } from '../../net/time-limit.ts'
import type { Clock } from '../../std/clock.ts'
import type { Failure } from '../../std/failure.ts'
import type { HttpRequest } from './compiled-step.ts'
import { type HttpAnswer, readAnswer } from './http-answer.ts'

export interface SendOptions {
  /** What is being done and where: `Cannot submit the request at PKI "pki:8443"`. */
  readonly at: string
  readonly signal: AbortSignal
  /** From the first byte out to the last byte in. */
  readonly timeoutMs: number
  readonly bodies: LargeBodies
  readonly clock: Clock
}

/** What went wrong on the way, and whether the request may have reached the PKI. */
export class NotAnswered extends Error {
  override readonly name = 'NotAnswered'
  readonly failure: Failure
  readonly wasSent: boolean

  constructor(failure: Failure, wasSent: boolean) {
    super(failure.message)
    this.failure = failure
    this.wasSent = wasSent
  }
}

/**
 * Sends a request once and reads its answer. Redirects are not followed, compression is not asked for. Throws
 * NotAnswered; the signal's reason when it is aborted; KeptBack when nothing may be sent.
 */
export async function send(
  pool: Dispatcher,
  request: HttpRequest,
  options: SendOptions,
): Promise<HttpAnswer> {
  const limit = new TimeLimit(options.signal, options.timeoutMs)
  const sending = new Sending(request)
  try {
    const response = await pool.request(sending.options(limit.signal))
    const answer = await readAnswer(response, options, limit.signal)
    options.signal.throwIfAborted()
    return answer
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof KeptBack) throw error
    const { at } = options
    const trust = 'set tls.caBundle or tls.caBundleRef'
    const failure = failureAt(error, { at, unreachable: 'GatewayUnreachable', trust })
    throw new NotAnswered(failure, sending.hasBegun)
  } finally {
    limit.clear()
  }
}

/** A request on its way out. */
class Sending {
  hasBegun = false
  readonly #request: HttpRequest

  constructor(request: HttpRequest) {
    this.#request = request
    // Without a body nobody tells when it goes.
    this.hasBegun = request.body === undefined
  }

  options(signal: AbortSignal): Dispatcher.RequestOptions {
    const { method, origin, path, headers, body } = this.#request
    const all = { accept: '*/*', 'user-agent': 'keyferry', ...headers }
    // The connection's own limits of five minutes give way to the one of the signal.
    const head = { method, origin, path, headers: all, signal, headersTimeout: 0, bodyTimeout: 0 }
    if (body === undefined) return head
    const sized = { ...all, 'content-length': String(body.length) }
    return { ...head, headers: sized, body: Readable.from(this.#body(body)) }
  }

  /** Asked for when there is a connection, and not before: what fails until then was never sent. */
  async *#body(body: Buffer): AsyncGenerator<Buffer> {
    this.hasBegun = true
    yield body
  }
}
