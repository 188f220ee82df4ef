import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What one request brought, word for word. */
export interface Recorded {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A way to a server that writes down everything that is sent there. */
export interface RecordingGateway extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  readonly requests: readonly Recorded[]
}

/** Listens on a free loopback port and passes requests on to `upstream`. */
export async function startRecordingGateway(upstream: string): Promise<RecordingGateway> {
  const requests: Recorded[] = []
  const server = createServer((request, response) => void pass(request, response, upstream, requests))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: string,
  requests: Recorded[],
): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const { url: path = '/', headers, method = 'GET' } = request
  requests.push({ path, headers, body })
  try {
    const answer = await fetch(upstream + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== '' && { body }),
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
    response.end(await answer.text())
  } catch {
    response.destroy()
  }
}
