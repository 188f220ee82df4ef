import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { Agent, request } from 'undici'
import { linesOf } from '../../src/kube/json-lines.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'

/** The data of a TLS Secret at one moment, as text. */
export interface TlsMaterial {
  readonly certificatePem: string
  readonly keyPem: string
  readonly caPem: string
  /** Whether the key is the certificate's. */
  readonly isPair: boolean
}

/**
 * A gateway in small: it follows a TLS Secret by a watch, serves what it holds to new connections and keeps the open
 * ones, and sends back whatever it is sent.
 */
export class TlsGateway implements AsyncDisposable {
  readonly port: number
  /** Every state that the Secret went through, the newest last. */
  readonly seen: readonly TlsMaterial[]
  readonly #server: Server
  readonly #agent: Agent
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, agent: Agent, seen: readonly TlsMaterial[]) {
    this.#server = server
    this.#agent = agent
    this.seen = seen
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket.once('close', () => this.#sockets.delete(socket)))
    })
  }

  /** Ready when it listens: connections fail until the Secret is there. */
  static async start(
    cluster: ClusterFacts,
    secret: { namespace: string; name: string },
  ): Promise<TlsGateway> {
    const server = createServer({ minVersion: 'TLSv1.2' }, (socket) => {
      socket.on('error', () => {})
      socket.pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const agent = new Agent({ connect: { ca: cluster.caPem }, bodyTimeout: 0, headersTimeout: 0 })
    const seen: TlsMaterial[] = []
    const gateway = new TlsGateway(server, agent, seen)
    void follow(cluster, secret, agent, (material) => {
      seen.push(material)
      // A key and a certificate that do not belong together are refused, as a real gateway does.
      if (material.isPair) server.setSecureContext({ cert: material.certificatePem, key: material.keyPem })
    })
    return gateway
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

interface SecretEvent {
  readonly object: { readonly data?: Readonly<Record<string, string>> }
}

async function follow(
  { server, adminToken }: ClusterFacts,
  { namespace, name }: { namespace: string; name: string },
  agent: Agent,
  take: (material: TlsMaterial) => void,
): Promise<void> {
  const url = `${server}/api/v1/namespaces/${namespace}/secrets?watch=true&fieldSelector=metadata.name=${name}`
  const headers = { authorization: `Bearer ${adminToken}` }
  while (!agent.destroyed) {
    try {
      const { body } = await request(url, { dispatcher: agent, headers })
      for await (const line of linesOf(body)) {
        const material = materialIn(JSON.parse(line) as SecretEvent)
        if (material !== undefined) take(material)
      }
    } catch (error) {
      if (!agent.destroyed) process.stderr.write(`the gateway's watch begins again: ${String(error)}\n`)
    }
  }
}

function materialIn({ object: { data = {} } }: SecretEvent): TlsMaterial | undefined {
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString()
  const [certificatePem, keyPem, caPem] = [text('tls.crt'), text('tls.key'), text('ca.crt')]
  if (certificatePem === '' && keyPem === '') return undefined
  return { certificatePem, keyPem, caPem, isPair: isPair(certificatePem, keyPem) }
}

function isPair(certificatePem: string, keyPem: string): boolean {
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem))
  } catch {
    return false
  }
}
