import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { Redacted } from '../std/redacted.ts'

/** What TLS needs, as PEM text; what is absent is Node's default (CA) or not offered (client certificate). */
export interface TlsMaterial {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: Redacted | undefined
}

/** Where one API server is and as whom to speak to it. Credentials are read when asked for, never kept elsewhere. */
export interface Connection {
  /** `https://host:port/base`: without a slash at its end. */
  readonly server: string
  /** The namespace of the context or of the pod. */
  readonly namespace?: string | undefined
  /** The name in the server's certificate when it is not the host of `server`. */
  readonly tlsServerName?: string | undefined
  readonly skipTlsVerify: boolean
  /** `http://` or `https://`, tunnelled by CONNECT; may carry a password. */
  readonly proxyUrl?: Redacted | undefined
  /** Sent with every request (impersonation). */
  readonly headers: Readonly<Record<string, string>>
  /** The same object until something rotated; read anew at once when `refused` is the current one. */
  readonly tls: (refused?: TlsMaterial) => Promise<TlsMaterial>
  /** Value of the Authorization header, with the same rule; undefined when there is none to send. */
  readonly authorization: (refused?: Redacted) => Promise<Redacted | undefined>
}

/** Throws what OpenSSL throws when certificate and key do not belong together or are not PEM. */
export function checkTlsMaterial(material: TlsMaterial): void {
  // A CA that is no certificate would be passed over in silence, and nothing be trusted.
  if (material.ca !== undefined) parsed(material.ca)
  createSecureContext(secureContextOptions(material))
}

function parsed(pem: string): X509Certificate {
  return new X509Certificate(pem)
}

/** The material as node:tls takes it. */
export function secureContextOptions(material: TlsMaterial): { ca?: string; cert?: string; key?: string } {
  return {
    ...(material.ca === undefined ? {} : { ca: material.ca }),
    ...(material.cert === undefined ? {} : { cert: material.cert }),
    ...(material.key === undefined ? {} : { key: material.key.reveal() }),
  }
}

/** Whether connections made with one would be made alike with the other. */
export function sameTlsMaterial(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key?.reveal() === b.key?.reveal()
}
