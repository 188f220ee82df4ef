import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { failure } from '../api/reason.ts'
import { failureAt } from '../net/network-failure.ts'
import { retryAfterMs } from '../net/retry-after.ts'
import { TimeLimit } from '../net/time-limit.ts'
import type { Failure } from '../std/failure.ts'

/** One request to a service of a cloud. */
export interface CloudCall {
  /** What is asked for, for messages: `assume role "..." at STS`. */
  readonly what: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Metadata endpoints are on the machine itself: no proxy, and a short time to answer. */
  readonly isLocal?: boolean
  readonly signal: AbortSignal
}

/** What came back. The text may hold a credential, or anything in the case of an error: it is for parsers only. */
export interface CloudAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface CloudHttpOptions {
  /** CAs to trust instead of the usual ones; for tests. */
  readonly caPem?: string | undefined
}

/** Tokens of Entra with many groups are long; nothing else is. */
const maxBodyBytes = 256 * 1024
const remoteTimeoutMs = 10_000
const localTimeoutMs = 5000

/**
 * Speaks to the services of the clouds: no redirects, bounded bodies, a deadline each. STS and Entra go through the
 * proxy of HTTPS_PROXY and NO_PROXY as Gateways do, metadata endpoints never do.
 */
export class CloudHttp {
  readonly #remote: Dispatcher
  readonly #local = new Agent({ allowH2: false, connections: 4, connect: { timeout: 2000 } })

  constructor({ caPem }: CloudHttpOptions = {}) {
    // Said, because the environment (NODE_TLS_REJECT_UNAUTHORIZED) would have its say otherwise.
    const tls = { timeout: 5000, rejectUnauthorized: true, ...(caPem !== undefined && { ca: caPem }) }
    this.#remote = new EnvHttpProxyAgent({
      allowH2: false,
      connections: 10,
      connect: tls,
      requestTls: tls,
      proxyTls: { timeout: 5000, rejectUnauthorized: true },
    })
  }

  /** Sends one request. Any status below 500 but 429 is an answer; throws Failures that say what could not be done. */
  async ask(call: CloudCall): Promise<CloudAnswer> {
    const limit = new TimeLimit(call.signal, call.isLocal === true ? localTimeoutMs : remoteTimeoutMs)
    try {
      return await this.#answer(call, limit.signal)
    } finally {
      limit.clear()
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#remote.destroy(), this.#local.destroy()])
  }

  async #answer(call: CloudCall, signal: AbortSignal): Promise<CloudAnswer> {
    const { method, url, headers = {}, body = null } = call
    try {
      const response = await (call.isLocal === true ? this.#local : this.#remote).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: { 'user-agent': 'keyferry', ...headers },
        body,
        signal,
      })
      const text = await textOf(response.body, call)
      const problem = problemOf(response, call)
      if (problem !== undefined) throw problem
      return { status: response.statusCode, headers: response.headers, text }
    } catch (error) {
      call.signal.throwIfAborted()
      throw failureAt(error, { at: `Cannot ${call.what}`, unreachable: 'AuthFailed', trust })
    }
  }
}

const trust = 'have Node trust it by NODE_EXTRA_CA_CERTS if that is your proxy'

function problemOf(
  { statusCode, headers }: Dispatcher.ResponseData,
  { what }: CloudCall,
): Failure | undefined {
  const at = `Cannot ${what}: status is ${statusCode}`
  const waitMs = retryAfterMs(headers['retry-after'], Date.now()) ?? 0
  const wait = waitMs > 0 ? { retryAfterMs: waitMs } : {}
  if (statusCode === 429) return failure('Throttled', `${at}; it asks for fewer calls`, wait)
  if (statusCode >= 500) return failure('AuthFailed', `${at}; it is tried again`, wait)
  if (statusCode >= 300 && statusCode < 400)
    return failure('UnexpectedResponse', `${at}, a redirect, which is not followed`)
  return undefined
}

async function textOf(body: Dispatcher.ResponseData['body'], { what }: CloudCall): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw failure('UnexpectedResponse', `Cannot ${what}: the answer is too long`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The fields of a JSON object, or none of what is not one. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
