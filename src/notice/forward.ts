import { X509Certificate } from 'node:crypto'
import { request as httpsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { forwardedHeader, signatureOf } from './access.ts'
import type { NoticeSecrets } from './tls-files.ts'

const timeoutMs = 5000

/**
 * Hands a request on to the replica that leads; gives its status. Replicas have one certificate, so that a server with
 * any other is not one of them: nothing is sent to it. Throws when there is no answer.
 */
export function forward(url: string, body: Buffer, { certPem, replicaKey }: NoticeSecrets): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      [forwardedHeader]: signatureOf(body, replicaKey),
    }
    // The certificate is compared as a whole below, which names and chains could only make weaker.
    const options = { method: 'POST', headers, rejectUnauthorized: false, agent: false, timeout: timeoutMs }
    const request = httpsRequest(url, options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    const end = (why: string) => request.destroy(new Error(why))
    request.once('error', reject)
    request.once('timeout', () => end('there is no answer in time'))
    request.once('socket', (socket: TLSSocket) =>
      socket.once('secureConnect', () => {
        if (isTwin(socket, certPem)) request.end(body)
        else end('it has another certificate than this replica')
      }),
    )
  })
}

function isTwin(socket: TLSSocket, certPem: string): boolean {
  const peer = socket.getPeerX509Certificate()
  return peer !== undefined && peer.raw.equals(new X509Certificate(certPem).raw)
}
