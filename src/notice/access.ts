import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Redacted } from '../std/redacted.ts'

/** Who may tell us of changes. */
export interface AccessOptions {
  /** The bearer token; absent: none is taken. */
  readonly token: Redacted | undefined
  /** Takes client certificates that the server found good. */
  readonly acceptsCertificates: boolean
  /** Known to all replicas and to nobody else: what one of them forwards is signed with it. */
  readonly replicaKey: Redacted
}

/** The header by which a replica shows that it forwards. */
export const forwardedHeader = 'x-keyferry-forwarded'

/** True when whoever sent this request may tell events, by token or certificate; nothing of its body is read. */
export function mayTell(request: IncomingMessage, options: AccessOptions): boolean {
  if (options.acceptsCertificates && isTls(request.socket) && request.socket.authorized) return true
  return options.token !== undefined && isBearer(headerOf(request, 'authorization'), options.token)
}

/** True when another replica sent this request, and this very body. */
export function isOfReplica(request: IncomingMessage, body: Buffer, { replicaKey }: AccessOptions): boolean {
  return isEqual(headerOf(request, forwardedHeader), signatureOf(body, replicaKey))
}

/** Whether it says that another replica sent it: such a request is not forwarded once more. */
export function isForwarded(request: IncomingMessage): boolean {
  return headerOf(request, forwardedHeader) !== ''
}

/** What a replica writes into the header. */
export function signatureOf(body: Buffer, key: Redacted): string {
  return createHmac('sha256', key.reveal()).update(body).digest('hex')
}

/** The token is given to Akeyless in base64; whether forwarders send it as it is or decoded is not documented. */
function isBearer(header: string, token: Redacted): boolean {
  const [, sent = ''] = /^Bearer +(\S+) *$/i.exec(header) ?? []
  const expected = token.reveal()
  const encoded = Buffer.from(expected).toString('base64')
  return [expected, encoded].map((it) => isEqual(sent, it)).includes(true)
}

/** In a time that tells nothing of either text. */
function isEqual(a: string, b: string): boolean {
  const [left, right] = [a, b].map((it) => createHash('sha256').update(it).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right) && a !== ''
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

function isTls(socket: object): socket is TLSSocket {
  return 'authorized' in socket
}
