import { once } from 'node:events'
import { createServer } from 'node:http'
import { z } from 'zod'

/** A proxy that lets nothing through, for programs that should call loopback only: Go asks no proxy for that. */
export interface Outside {
  readonly url: string
  /** The hosts that it was asked for. */
  asked(): readonly string[]
  close(): void
}

/** Starts it on loopback. */
export async function startOutside(): Promise<Outside> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(502).end()
  })
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  return { url: `http://127.0.0.1:${port}`, asked: () => [...asked], close: () => void server.close() }
}
