import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import { guardedLookup } from '../net/lookup.ts'
import { createResolve } from '../net/resolve.ts'
import { refuseAddress, type ServerUrl, type UrlRules } from '../net/server-url.ts'

/** A server that a user named, and the rules for where it may be. */
export interface Place {
  readonly url: ServerUrl
  readonly rules: UrlRules
}

const resolve = createResolve()

/** The addresses of a name, judged by the rules. Throws what DNS throws, and InvalidSpec. */
export async function addressesOf({ url, rules }: Place): Promise<readonly string[]> {
  const { promise, resolve: done, reject } = Promise.withResolvers<readonly string[]>()
  resolve(url.hostname, { all: true }, (error, addresses) => {
    if (error === null) done(addresses.map((it) => it.address))
    else reject(error)
  })
  const addresses = await promise
  for (const it of addresses) refuseAddress(it, url, rules)
  return addresses
}

/** Connects by TCP and ends it; gives the address that answered. Throws what the socket throws. */
export function tryTcp(place: Place, signal: AbortSignal): Promise<string> {
  const socket = connectTcp(targetOf(place))
  return settled(socket, 'connect', signal, () => socket.remoteAddress ?? place.url.hostname)
}

export interface Handshake {
  readonly certificate: DetailedPeerCertificate
  readonly protocol: string
}

/** Makes a TLS handshake as the calls do, with verification, and ends it. Throws what TLS throws. */
export function tryTls(place: Place, caPem: string | undefined, signal: AbortSignal): Promise<Handshake> {
  const { hostname } = place.url
  const socket: TLSSocket = connectTls({
    ...targetOf(place),
    // Said outright: an environment variable of Node would switch verification off for the whole process.
    rejectUnauthorized: true,
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ...(caPem !== undefined && { ca: caPem }),
  })
  return settled(socket, 'secureConnect', signal, () => ({
    certificate: socket.getPeerCertificate(true),
    protocol: socket.getProtocol() ?? 'TLS',
  }))
}

function targetOf({ url, rules }: Place) {
  const { port, protocol } = new URL(url.origin)
  const usual = protocol === 'http:' ? 80 : 443
  return {
    host: url.hostname,
    port: port === '' ? usual : Number(port),
    lookup: guardedLookup(url, rules),
  }
}

function settled<T>(socket: Socket, event: string, signal: AbortSignal, result: () => T): Promise<T> {
  const { promise, resolve: done, reject } = Promise.withResolvers<T>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  socket.once(event, () => done(result()))
  socket.on('error', reject)
  return promise.finally(() => {
    signal.removeEventListener('abort', onAbort)
    socket.destroy()
  })
}
