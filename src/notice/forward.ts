import { X509Certificate } from 'node:crypto'
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { forwardedHeader, signatureOf } from './access.ts'
import type { NoticeSecrets } from './tls-files.ts'

const timeoutMs = 5000
const mostConnections = 8

/** Hands requests on to the replica that leads, over connections that are kept. */
export class Forwarder {
  // Sessions are not resumed, so that every connection shows its certificate.
  readonly #agent = new Agent({ keepAlive: true, maxSockets: mostConnections, maxCachedSessions: 0 })

  /** What servers showed at the handshake: Node tells it no more once a connection is idle. */
  readonly #shown = new WeakMap<TLSSocket, X509Certificate | undefined>()

  stop(): void {
    this.#agent.destroy()
  }

  /**
   * Gives the status of the answer. Replicas have one certificate, so that a server with any other is not one of them:
   * nothing is sent to it. Throws when there is no answer.
   */
  async forward(url: string, body: Buffer, secrets: NoticeSecrets): Promise<number> {
    try {
      return await this.#send(url, body, secrets)
    } catch (error) {
      // A connection that was kept may have been closed at the other end meanwhile. To be told twice harms nobody.
      if (!isReset(error)) throw error
      return this.#send(url, body, secrets)
    }
  }

  #send(url: string, body: Buffer, { certPem, replicaKey }: NoticeSecrets): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest(url, this.#optionsFor(body, signatureOf(body, replicaKey)), (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      const end = (why: string) => request.destroy(new Error(why))
      request.once('error', reject)
      request.once('timeout', () => end('there is no answer in time'))
      request.once('socket', (socket: TLSSocket) => {
        const send = () => {
          if (isTwin(this.#shown.get(socket), certPem)) request.end(body)
          else end('it has another certificate than this replica')
        }
        if (this.#shown.has(socket)) return send()
        socket.once('secureConnect', () => {
          this.#shown.set(socket, socket.getPeerX509Certificate())
          send()
        })
      })
    })
  }

  #optionsFor(body: Buffer, signature: string): RequestOptions {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      [forwardedHeader]: signature,
    }
    // The certificate is compared as a whole, which names and chains could only make weaker.
    return { method: 'POST', headers, rejectUnauthorized: false, agent: this.#agent, timeout: timeoutMs }
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET'
}

function isTwin(peer: X509Certificate | undefined, certPem: string): boolean {
  return peer !== undefined && peer.raw.equals(new X509Certificate(certPem).raw)
}
