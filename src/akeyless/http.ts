import { isUtf8 } from 'node:buffer'
import type { Dispatcher } from 'undici'
import { failure } from '../api/reason.ts'
import { KeptBack } from '../net/gated.ts'
import { type LargeBodies, usualBodyBytes } from '../net/large-bodies.ts'
import { isCut } from '../net/network-failure.ts'
import { retryAfterMs } from '../net/retry-after.ts'
import { TimeLimit } from '../net/time-limit.ts'
import { networkFailure } from './gateway-failure.ts'

/** One call: POST of a JSON body, or of none. */
export interface Post {
  readonly origin: string
  readonly host: string
  readonly path: string
  readonly body: object | undefined
  /** What is being done, for messages: `log in`, `read item "/a"`. */
  readonly what: string
  readonly signal: AbortSignal
  /** From the first byte out to the last byte in. */
  readonly timeoutMs: number
  /** Sent once more when the connection is cut before an answer begins, as idle ones are when a Gateway restarts. */
  readonly repeatable: boolean
  /** Longer answers are refused; half a MiB unless said otherwise, for items hold 16 kB at most. */
  readonly maxBodyBytes?: number
  /** Shared by all calls of the process. */
  readonly bodies: LargeBodies
}

/** What came back, in the terms that decide: status, kind of content, and for a success its JSON. */
export interface Answer {
  readonly status: number
  readonly isJson: boolean
  /** The parsed body of a 2xx. */
  readonly body?: unknown
  /** What is wrong with a 2xx that cannot be used. */
  readonly problem?: string
  readonly retryAfterMs?: number
}

const mebibyte = 1024 * 1024

/**
 * Sends one call and reads its answer whole. Redirects are not followed, compression is not asked for and refused.
 * Throws DNSFailure, TLSFailure, GatewayUnreachable or UnexpectedResponse; the signal's reason when it is aborted;
 * KeptBack when nothing may be sent.
 */
export async function post(dispatcher: Dispatcher, call: Post): Promise<Answer> {
  const limit = new TimeLimit(call.signal, call.timeoutMs)
  try {
    return await answerOf(await send(dispatcher, call, limit.signal), call, limit.signal)
  } finally {
    limit.clear()
  }
}

async function answerOf(response: Dispatcher.ResponseData, call: Post, signal: AbortSignal): Promise<Answer> {
  const { statusCode: status, headers } = response
  const type = mediaTypeOf(headers['content-type'])
  const head = { status, isJson: isJson(type), ...waitOf(headers['retry-after']) }
  const isSuccess = status >= 200 && status <= 299
  const problem = isSuccess ? headProblem(type, headers['content-encoding']) : undefined
  if (isSuccess && problem === undefined) return { ...head, ...(await readBody(response, call, signal)) }
  await discard(response)
  return problem === undefined ? head : { ...head, problem }
}

async function send(
  dispatcher: Dispatcher,
  call: Post,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { origin, path, body } = call
  const headers = { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'keyferry' }
  try {
    const text = body === undefined ? null : JSON.stringify(body)
    return await dispatcher.request({ method: 'POST', origin, path, headers, body: text, signal })
  } catch (error) {
    call.signal.throwIfAborted()
    if (error instanceof KeptBack) throw error
    if (call.repeatable && isCut(error)) return send(dispatcher, { ...call, repeatable: false }, signal)
    throw networkFailure(error, call.what, call.host)
  }
}

/** The media type without its parameters, or words for what is not one; never longer than a type is. */
function mediaTypeOf(header: string | string[] | undefined): string {
  const [type = ''] = String(header ?? '')
    .toLowerCase()
    .split(';')
  return /^[a-z]+\/[a-z0-9.+-]{1,40}$/.test(type.trim()) ? type.trim() : 'unknown'
}

function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json')
}

function headProblem(type: string, encoding: string | string[] | undefined): string | undefined {
  if (!isJson(type)) return `the content type is ${type}, not JSON`
  return encoding === undefined || encoding === 'identity' ? undefined : 'the body is compressed'
}

/** Bodies of errors hold ids and may hold more: nobody reads them, or waits for those that are slow in coming. */
async function discard({ body }: Dispatcher.ResponseData): Promise<void> {
  try {
    await body.dump({ limit: 65_536, signal: AbortSignal.timeout(1000) })
  } catch {
    body.destroy()
  }
}

async function readBody(
  { body }: Dispatcher.ResponseData,
  call: Post,
  signal: AbortSignal,
): Promise<{ body: unknown } | { problem: string }> {
  const { maxBodyBytes = usualBodyBytes } = call
  const bytes = await bytesOf(body, call, maxBodyBytes, signal)
  if (bytes === undefined) return { problem: `the body is over ${maxBodyBytes / mebibyte} MiB` }
  // A value with a byte replaced would be another value.
  if (!isUtf8(bytes)) return { problem: 'the body is not UTF-8' }
  const text = bytes.toString('utf8')
  if (text.trim() === '') return { problem: 'the body is empty' }
  try {
    return { body: JSON.parse(text) as unknown }
  } catch {
    return { problem: 'the body is not whole JSON' }
  }
}

async function bytesOf(
  body: AsyncIterable<Uint8Array>,
  call: Post,
  maxBodyBytes: number,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  try {
    return await call.bodies.read(body, maxBodyBytes, signal)
  } catch (error) {
    call.signal.throwIfAborted()
    throw cutShort(error, call)
  }
}

function cutShort(error: unknown, { what, host }: Post) {
  if (error instanceof Error && error.name === 'TimeoutError') return networkFailure(error, what, host)
  return failure('UnexpectedResponse', `Cannot ${what} at gateway "${host}": the answer is cut short`)
}

function waitOf(header: string | string[] | undefined): { retryAfterMs?: number } {
  const ms = retryAfterMs(header, Date.now())
  return ms === undefined ? {} : { retryAfterMs: ms }
}
