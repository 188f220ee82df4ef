import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'

export interface TlsLoadOptions {
  readonly port: number
  readonly serverName: string
  /** What connections are verified by from now on. */
  readonly caPem: () => string
  readonly connections: number
}

const withinMs = 30_000

/**
 * Clients that open one connection after another without resumption, verify the certificate and the name, and get back
 * what they send; and one more that keeps its connection all along.
 */
export class TlsLoad implements AsyncDisposable {
  /** Handshakes that were verified and answered. */
  handshakes = 0
  /** By the serial number of the certificate that was served. */
  readonly bySerial = new Map<string, number>()
  readonly failures: string[] = []
  readonly #options: TlsLoadOptions
  readonly #workers: Promise<unknown>
  #isOver = false

  constructor(options: TlsLoadOptions) {
    this.#options = options
    const workers = Array.from({ length: options.connections }, () => this.#comeAndGo())
    this.#workers = Promise.all([...workers, this.#stay()])
  }

  /** Resolves when every client has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#workers
  }

  async #comeAndGo(): Promise<void> {
    while (!this.#isOver) {
      await this.#tried(async (socket) => {
        const serial = socket.getPeerCertificate().serialNumber
        await echo(socket)
        this.handshakes += 1
        this.bySerial.set(serial, (this.bySerial.get(serial) ?? 0) + 1)
      })
      await sleep(2)
    }
  }

  async #stay(): Promise<void> {
    await this.#tried(async (socket) => {
      while (!this.#isOver) {
        await echo(socket)
        await sleep(10)
      }
    })
  }

  async #tried(work: (socket: TLSSocket) => Promise<void>): Promise<void> {
    const { port, serverName, caPem } = this.#options
    const socket = connect({ host: '127.0.0.1', port, servername: serverName, ca: caPem() })
    const signal = AbortSignal.timeout(withinMs)
    try {
      await once(socket, 'secureConnect', { signal })
      if (!socket.authorized) throw new Error(`not verified: ${String(socket.authorizationError)}`)
      await work(socket)
    } catch (error) {
      this.failures.push(error instanceof Error ? error.message : 'unknown')
    } finally {
      socket.destroy()
    }
  }
}

async function echo(socket: TLSSocket): Promise<void> {
  socket.write('hello')
  const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(withinMs) })) as [Buffer]
  if (answer.toString() !== 'hello') throw new Error('the answer is not what was sent')
}
