import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import { TransportError } from './errors.ts'

/**
 * A TCP connection to `address` through an HTTP proxy (CONNECT, RFC 9110 section 9.3.6). The proxy sees the address
 * and its own password, nothing of ours.
 */
export function openTunnel(
  proxy: URL,
  address: { readonly host: string; readonly port: number },
  keep: <S extends Socket>(socket: S) => S,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
  const request = (proxy.protocol === 'https:' ? requestHttps : requestHttp)({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : Number(proxy.port),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...proxyAuthorization(proxy) },
    agent: false,
    signal,
  })
  return new Promise((resolve, reject) => {
    request.once('socket', keep)
    request.once('error', reject)
    request.once('response', (response) => reject(refused(proxy, response.destroy().statusCode)))
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(keep(socket))
      socket.destroy()
      reject(refused(proxy, response.statusCode))
    })
    request.end()
  })
}

function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const credential = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credential).toString('base64')}` }
}

function refused(proxy: URL, status: number | undefined): TransportError {
  return new TransportError(
    `Cannot connect through the proxy ${proxy.host}: its status is ${status}`,
    'EPROXY',
  )
}
