import { type FailureReason, failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'

const unknownName = 'its name does not resolve; check the host name'
const noDns = 'its name cannot be looked up; check the DNS of the cluster'

/** `ETIMEOUT` is of DNS alone; sockets say ETIMEDOUT. */
const dnsWords: Readonly<Record<string, string>> = {
  ENOTFOUND: unknownName,
  ENODATA: unknownName,
  EAI_NODATA: unknownName,
  EAI_NONAME: unknownName,
  EAI_AGAIN: noDns,
  EAI_FAIL: noDns,
  ESERVFAIL: noDns,
  ETIMEOUT: noDns,
}

const unconnectedCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])
const cutCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** Failures of trust, which the CA settings of that server mend. */
const trustWords: Readonly<Record<string, string>> = {
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an unknown CA',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown CA',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown CA',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the CA it names',
}

const oldTls = 'it offers no version of TLS from 1.2 on; switch one on there'

const tlsWords: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it there',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the clocks',
  CERT_REVOKED: 'its certificate is revoked; renew it there',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another host name; use a name that the certificate holds',
  HOSTNAME_MISMATCH: 'its certificate is for another host name; use a name that the certificate holds',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port; check the port and the scheme',
  ERR_SSL_UNSUPPORTED_PROTOCOL: oldTls,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: oldTls,
  EPROTO: 'the TLS handshake failed; check the port and the scheme',
}

/** How a failure is told for one kind of server. */
export interface ServerWords {
  /** What the sentence begins with: `Cannot log in at gateway "gw:8000"`. */
  readonly at: string
  readonly unreachable: FailureReason
  /** What to do about a CA that is not trusted. */
  readonly trust: string
}

/** A failure of the network on the way to a server, from the code of the error; the error's own text is not used. */
export function failureAt(error: unknown, { at, unreachable, trust }: ServerWords): Failure {
  const known = failureIn(error)
  if (known !== undefined) return known
  const code = codeOf(error)
  const dns = dnsWords[code]
  if (dns !== undefined) return failure('DNSFailure', `${at}: ${dns} (${code})`)
  const untrusted = trustWords[code]
  if (untrusted !== undefined) return failure('TLSFailure', `${at}: ${untrusted}; ${trust} (${code})`)
  const tls = tlsWordsOf(code)
  if (tls !== undefined) return failure('TLSFailure', `${at}: ${tls} (${code})`)
  if (isMalformed(code)) return failure('UnexpectedResponse', `${at}: the answer is not HTTP (${code})`)
  return failure(unreachable, `${at}: ${reachWords(code)} (${code}); check that it runs and may be reached`)
}

/** Whether there never was a connection, so that nothing was sent. */
export function isUnconnected(error: unknown): boolean {
  return unconnectedCodes.has(codeOf(error))
}

/** Whether a connection that stood was cut before an answer began. */
export function isCut(error: unknown): boolean {
  return cutCodes.has(codeOf(error))
}

const malformedCodes = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])

function isMalformed(code: string): boolean {
  return code.startsWith('HPE_') || malformedCodes.has(code)
}

function tlsWordsOf(code: string): string | undefined {
  if (tlsWords[code] !== undefined) return tlsWords[code]
  const isTls =
    /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|CRL_|INVALID_CA|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE)/.test(code)
  return isTls ? 'the TLS handshake failed' : undefined
}

function reachWords(code: string): string {
  if (code === 'ECONNREFUSED') return 'the connection is refused'
  if (cutCodes.has(code)) return 'the connection was cut'
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT') return 'there is no answer in time'
  return 'there is no connection'
}

/** Causes lie inside each other, and behind each other where several addresses were tried. */
function* chainOf(error: unknown): Generator<Error> {
  let left: unknown[] = [error]
  for (let steps = 0; left.length > 0 && steps < 20; steps++) {
    const [next, ...rest] = left
    left = rest
    if (!(next instanceof Error)) continue
    yield next
    left = [next.cause, ...(next instanceof AggregateError ? next.errors : []), ...left]
  }
}

function failureIn(error: unknown): Failure | undefined {
  for (const it of chainOf(error)) if (it instanceof Failure) return it
  return undefined
}

/** The code of the innermost error that has one, in capitals and nothing else. */
function codeOf(error: unknown): string {
  let code = 'UNKNOWN'
  for (const it of chainOf(error)) {
    if ('code' in it && typeof it.code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(it.code)) code = it.code
    else if (it.name === 'TimeoutError') code = 'ETIMEDOUT'
    // Some errors of undici's parser come without their code.
    else if (it.name === 'HTTPParserError') code = 'HPE_UNKNOWN'
  }
  return code
}
