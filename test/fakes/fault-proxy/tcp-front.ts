import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP port in front of another one, whose connections can be frozen, reset or refused. */
export interface TcpFront {
  readonly port: number
  /** Stops both directions of the connection that reaches the inner server from `innerPort`, for good. */
  readonly freezeOne: (innerPort: number) => void
  /** Sends RST on the connection that reaches the inner server from `innerPort`. */
  readonly resetOne: (innerPort: number) => void
  /** Stops both directions of every connection, also of new ones, until `thaw`. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** Resets every connection. */
  readonly resetAll: () => void
  /** New connections are refused until `accept`; those that are open go on. */
  readonly refuse: () => Promise<void>
  readonly accept: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly inner: Socket
  frozen: boolean
}

/** Starts a front on a free loopback port. */
export async function startTcpFront(innerPort: number): Promise<TcpFront> {
  const pairs = new Set<Pair>()
  let frozen = false
  const join = (client: Socket) => {
    const pair = { client, inner: connect(innerPort, '127.0.0.1'), frozen }
    pairs.add(pair)
    client.once('close', () => pairs.delete(pair))
    forward(pair)
  }
  let server = await listen(0, join)
  const { port } = server.address() as AddressInfo
  const find = (from: number) => [...pairs].find((it) => it.inner.localPort === from)
  return {
    port,
    freezeOne: (from) => setFrozen(find(from), true),
    resetOne: (from) => resetPair(find(from)),
    freeze() {
      frozen = true
      for (const pair of pairs) setFrozen(pair, true)
    },
    thaw() {
      frozen = false
      for (const pair of pairs) setFrozen(pair, false)
    },
    resetAll() {
      for (const pair of pairs) resetPair(pair)
    },
    refuse: () => stopListening(server),
    async accept() {
      server = await listen(port, join)
    },
    async close() {
      const closed = server.listening ? stopListening(server) : Promise.resolve()
      for (const { client, inner } of pairs) {
        client.destroy()
        inner.destroy()
      }
      await closed
    },
  }
}

async function listen(port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true }, onConnection)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Does not wait for open connections. */
async function stopListening(server: Server): Promise<void> {
  server.close()
  await new Promise((resolve) => setImmediate(resolve))
}

function forward(pair: Pair): void {
  const { client, inner } = pair
  inner.setNoDelay(true)
  for (const [from, to] of [[client, inner] as const, [inner, client] as const]) {
    from.on('data', (bytes: Buffer) => to.write(bytes))
    from.on('error', () => undefined)
    // What the frozen side learns of the other's end is nothing: that is what makes it a black hole.
    from.on('close', () => (from === inner && pair.frozen ? undefined : to.destroy()))
    from.on('end', () => (pair.frozen ? undefined : to.end()))
  }
  setFrozen(pair, pair.frozen)
}

/** Node never closes a socket that is reset while it is shutting down. */
function resetPair(pair: Pair | undefined): void {
  if (pair?.client.writableEnded === true) pair.client.destroy()
  else pair?.client.resetAndDestroy()
}

function setFrozen(pair: Pair | undefined, frozen: boolean): void {
  if (pair === undefined) return
  pair.frozen = frozen
  for (const socket of [pair.client, pair.inner]) {
    if (frozen) socket.pause()
    else socket.resume()
  }
}
