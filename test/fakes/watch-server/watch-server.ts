import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KubeObject } from '../../../src/kube/object.ts'

/** What a request asks for; `other` is a path that lists nothing, such as `/readyz`. */
type Verb = 'list' | 'watch' | 'watchlist' | 'other'

/** A request as a script sees it, with the ways to answer it. */
export interface WatchCall {
  readonly verb: Verb
  readonly path: string
  readonly query: URLSearchParams
  readonly accept: string
  /** How many requests of this verb came before. */
  readonly index: number
  json(status: number, body: object, headers?: Record<string, string>): void
  list(objects: readonly KubeObject[], resourceVersion: string, next?: string): void
  /** Answers with a Status, as the API server refuses. */
  refuse(status: number, reason: string, headers?: Record<string, string>): void
  /** Begins a watch. */
  stream(): EventStream
}

/** A watch that is open. */
export interface EventStream {
  send(type: string, object: object): void
  bookmark(resourceVersion: string, end?: 'initial-events-end'): void
  /** An ERROR event. */
  error(code: number, reason: string): void
  raw(bytes: string | Uint8Array): void
  /** Ends the answer as a server does whose time is up. */
  end(): void
  /** Breaks the connection, after what was sent before. */
  destroy(): void
  readonly closed: boolean
}

export interface WatchServer extends AsyncDisposable {
  readonly url: string
  readonly calls: readonly WatchCall[]
  readonly openStreams: readonly EventStream[]
  close(): Promise<void>
}

/** A real HTTP server on loopback whose every answer is scripted; what the script does not answer hangs. */
export async function startWatchServer(script: (call: WatchCall) => void): Promise<WatchServer> {
  const calls: WatchCall[] = []
  const streams: EventStream[] = []
  const server = createServer((request, response) => {
    const call = callOf(request, response, calls, streams)
    calls.push(call)
    script(call)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get openStreams() {
      return streams.filter((it) => !it.closed)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function callOf(
  request: IncomingMessage,
  response: ServerResponse,
  calls: readonly WatchCall[],
  streams: EventStream[],
): WatchCall {
  const url = new URL(request.url ?? '/', 'http://server')
  const verb = verbOf(url)
  const json = (status: number, body: object, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
  return {
    verb,
    path: url.pathname,
    query: url.searchParams,
    accept: request.headers.accept ?? '',
    index: calls.filter((it) => it.verb === verb).length,
    json,
    list: (items, resourceVersion, next) =>
      json(200, {
        kind: 'List',
        metadata: { resourceVersion, ...(next === undefined ? {} : { continue: next }) },
        items,
      }),
    refuse: (status, reason, headers) => json(status, { kind: 'Status', code: status, reason }, headers),
    stream() {
      const stream = streamOf(response)
      streams.push(stream)
      return stream
    },
  }
}

function verbOf(url: URL): Verb {
  if (!url.pathname.startsWith('/api')) return 'other'
  if (url.searchParams.get('sendInitialEvents') === 'true') return 'watchlist'
  return url.searchParams.get('watch') === '1' ? 'watch' : 'list'
}

function streamOf(response: ServerResponse): EventStream {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
  const send = (type: string, object: object) => response.write(`${JSON.stringify({ type, object })}\n`)
  return {
    send,
    bookmark: (resourceVersion, end) => {
      const annotations = end === undefined ? {} : { annotations: { 'k8s.io/initial-events-end': 'true' } }
      send('BOOKMARK', { metadata: { resourceVersion, ...annotations } })
    },
    error: (code, reason) => send('ERROR', { kind: 'Status', code, reason }),
    raw: (bytes) => response.write(bytes),
    end: () => response.end(),
    destroy: () => void response.write('\n', () => response.destroy()),
    get closed() {
      return response.destroyed || response.writableEnded
    },
  }
}
