import { ApiError, TransportError } from './errors.ts'

/** Codes under which the TLS handshake was refused, by us or by the other side: no request was answered. */
const tlsCode = /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_SSL_\w*(?:ALERT|CERT))/

/** The request never reached the server: sending it again cannot do anything twice. */
const unsentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'EPROXY',
  'CREDENTIAL',
])

const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name does not resolve now',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the answer is larger than allowed',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name, set tls-server-name or mend the certificate',
}

/**
 * Our own error for whatever undici, TLS or DNS threw. It carries the code and none of the original: errors of
 * undici hold parts of the answer, those of TLS whole certificates.
 */
export function transportFailure(server: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error
  const code = codeOf(error)
  const hint = hints[code] ?? (isTlsCode(code) ? 'its certificate is not trusted, check the CA' : undefined)
  const words = hint === undefined ? code : `${code}, ${hint}`
  return new TransportError(`Cannot reach the API server at ${server}: ${words}`, code)
}

/** There is no credential to send: its own message when it is one of ours, since that says what to do. */
export function credentialFailure(error: unknown): TransportError {
  if (error instanceof TransportError) return error
  const why = error instanceof ApiError ? error.message : codeOf(error)
  return new TransportError(`Cannot authenticate to the API server: ${why}`, 'CREDENTIAL')
}

/** True when the handshake failed over a certificate, ours or the server's. */
export function isTlsRefusal(error: unknown): boolean {
  return error instanceof TransportError && isTlsCode(error.code)
}

/** True when no byte of the request can have reached the server. */
export function isUnsent(error: unknown): boolean {
  return error instanceof TransportError && (unsentCodes.has(error.code) || isTlsCode(error.code))
}

const isTlsCode = (code: string) => tlsCode.test(code)

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'UNKNOWN'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof AggregateError ? codeOf(error.errors[0]) : 'UNKNOWN'
}
