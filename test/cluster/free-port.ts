import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'

const lowestPort = 12_000
/** From here on systems give ports to connections that go out, which would take it before it is listened on. */
const firstPortOfClients = 32_000
const stretch = 100
const stretches = (firstPortOfClients - lowestPort) / stretch

const ports = freePorts()

/**
 * A loopback port on which nobody listens and which nobody else is given while this process lives: no other process,
 * and no later call, so that a server may end and come back.
 */
export async function freePort(): Promise<number> {
  const { value, done } = await ports.next()
  if (done === true) throw new Error('No port is left: processes that asked for ports hold all of them')
  return value
}

async function* freePorts(): AsyncGenerator<number, void> {
  for (let first = await takeStretch(); first !== undefined; first = await takeStretch())
    for (let port = first + 1; port < first + stretch; port++) if (await isFree(port)) yield port
}

/** Whoever listens on the first port of a stretch has the others; the system takes it back when that process ends. */
async function takeStretch(): Promise<number | undefined> {
  const start = randomInt(stretches)
  for (let turn = 0; turn < stretches; turn++) {
    const first = lowestPort + ((start + turn) % stretches) * stretch
    const holder = await listen(first)
    holder?.unref()
    if (holder !== undefined) return first
  }
  return undefined
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port)
  if (server === undefined) return false
  await new Promise((resolve) => server.close(resolve))
  return true
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    // As a worker of node:cluster it would share the port with its siblings.
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })
}
