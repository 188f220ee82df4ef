import type { Clock } from '../std/clock.ts'
import { apiErrorOf, parseJson, property } from './api-status.ts'
import { type ApiError, TransportError } from './errors.ts'
import { linesOf } from './json-lines.ts'
import type { KubeObject } from './object.ts'
import type { Selection } from './reflector.ts'
import { headersOf, pathOf, titleOf } from './selection-request.ts'
import type { HttpStream, Transport } from './transport.ts'
import { silence } from './watch-failure.ts'

/** One event of a watch; an ERROR is thrown, never seen here. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: KubeObject
}

export interface WatchRequest {
  readonly selection: Selection
  /** Where to go on; absent asks for the whole state first (WatchList, KEP-3157). */
  readonly resourceVersion: string | undefined
  /** When the server should end the watch. */
  readonly timeoutSeconds: number
  /** The answer's head must come within this time. */
  readonly headTimeoutMs: number
  /** After so long without a byte the connection is given up. */
  readonly inactivityMs: number
  readonly signal: AbortSignal
}

const eventTypes: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'])

/**
 * Opens one watch connection; its events must be read, or the signal aborted. It is done with when they end, throw, or
 * are no longer read.
 * Throws ApiError when the server refuses or sends an ERROR event, TransportError (`SILENT`, `BAD_EVENT`,
 * `TRUNCATED_LINE`, or the connection's code) when the stream is dead or broken.
 */
export async function openWatch(
  transport: Transport,
  clock: Clock,
  request: WatchRequest,
): Promise<AsyncIterable<WatchEvent>> {
  const asked = `watch ${titleOf(request.selection)}`
  const connection = connectionOf(request.signal)
  try {
    const stream = await transport.stream({
      method: 'GET',
      path: watchPath(request),
      headers: headersOf(request.selection, 'watch'),
      signal: connection.signal,
      timeoutMs: request.headTimeoutMs,
    })
    if (stream.status !== 200) throw await refusal(asked, stream, clock, request.headTimeoutMs, connection)
    return eventsOf(asked, stream, clock, request.inactivityMs, connection)
  } catch (error) {
    connection.end()
    throw error
  }
}

function watchPath({ selection, resourceVersion, timeoutSeconds }: WatchRequest): string {
  const common = { watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: `${timeoutSeconds}` }
  if (resourceVersion !== undefined) return pathOf(selection, { ...common, resourceVersion })
  return pathOf(selection, { ...common, sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' })
}

/** An AbortController of one connection that follows the signal of its owner, and lets go of it at the end. */
interface Connection {
  readonly signal: AbortSignal
  abort(reason: Error): void
  end(): void
}

function connectionOf(owner: AbortSignal): Connection {
  const controller = new AbortController()
  const follow = () => controller.abort(owner.reason)
  if (owner.aborted) follow()
  owner.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    end() {
      owner.removeEventListener('abort', follow)
      controller.abort(new TransportError('Cannot read the stream: it was left', 'LEFT'))
    },
  }
}

async function* eventsOf(
  asked: string,
  stream: HttpStream,
  clock: Clock,
  inactivityMs: number,
  connection: Connection,
): AsyncGenerator<WatchEvent> {
  try {
    for await (const line of linesOf(whileActive(stream.chunks, clock, inactivityMs, connection))) {
      yield eventOf(asked, line)
    }
  } finally {
    connection.end()
  }
}

/** Passes chunks on, and aborts the connection when the next one takes too long. */
async function* whileActive(
  chunks: AsyncIterable<Uint8Array>,
  clock: Clock,
  inactivityMs: number,
  connection: Connection,
): AsyncGenerator<Uint8Array> {
  const dead = () =>
    connection.abort(new TransportError(`Cannot read the stream: silent for ${inactivityMs} ms`, silence))
  let cancel = clock.after(inactivityMs, dead)
  try {
    for await (const chunk of chunks) {
      cancel()
      yield chunk
      cancel = clock.after(inactivityMs, dead)
    }
  } catch (error) {
    connection.signal.throwIfAborted()
    throw asTransportError(error)
  } finally {
    cancel()
  }
  connection.signal.throwIfAborted()
}

/** What a body that breaks off throws is the HTTP library's own; only its code is kept. */
function asTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'BROKEN'
  return new TransportError('Cannot read the stream: the connection broke', code, { cause: error })
}

function eventOf(asked: string, line: string): WatchEvent {
  const event = parseJson(line)
  if (property(event, 'type') === 'ERROR') throw errorOf(asked, property(event, 'object'))
  if (!isWatchEvent(event)) throw new TransportError(`Cannot ${asked}: an event is malformed`, 'BAD_EVENT')
  return event
}

/** An ERROR event holds a metav1.Status, the same as the body of a refusal. */
function errorOf(asked: string, status: unknown): ApiError {
  const code = property(status, 'code')
  const body = JSON.stringify(status) ?? ''
  return apiErrorOf(asked, { status: typeof code === 'number' ? code : 500, headers: {}, body })
}

function isWatchEvent(event: unknown): event is WatchEvent {
  const metadata = property(property(event, 'object'), 'metadata')
  const isObject = property(event, 'type') === 'BOOKMARK' || typeof property(metadata, 'name') === 'string'
  return (
    eventTypes.has(property(event, 'type')) &&
    isObject &&
    typeof property(metadata, 'resourceVersion') === 'string'
  )
}

/** Reads the body of a refusal, which is short or, from something that is no API server, is left. */
async function refusal(
  asked: string,
  stream: HttpStream,
  clock: Clock,
  timeoutMs: number,
  connection: Connection,
): Promise<Error> {
  let body = ''
  const decoder = new TextDecoder()
  for await (const chunk of whileActive(stream.chunks, clock, timeoutMs, connection)) {
    body += decoder.decode(chunk, { stream: true })
    if (body.length > 64 * 1024) break
  }
  return apiErrorOf(asked, { ...stream, body })
}
