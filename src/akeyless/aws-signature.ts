import { createHash, createHmac } from 'node:crypto'
import type { Redacted } from '../std/redacted.ts'

/** Keys of an AWS identity; those of a role come with a session token. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: Redacted
  readonly sessionToken?: Redacted
}

/** A request to be signed. Header names are spelled as they are to be sent. */
export interface SignableRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface SigningScope {
  readonly region: string
  readonly service: string
  readonly atMs: number
}

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * The headers of a request with those that sign it: AWS Signature Version 4 (IAM User Guide, "Create a signed AWS API
 * request"). All headers given, Host and the payload are signed. For paths without characters to encode.
 */
export function signRequest(
  request: SignableRequest,
  keys: AwsKeys,
  scope: SigningScope,
): Readonly<Record<string, string>> {
  const time = new Date(scope.atMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const token = keys.sessionToken?.reveal()
  const headers = {
    ...request.headers,
    'X-Amz-Date': time,
    ...(token !== undefined && { 'X-Amz-Security-Token': token }),
  }
  const { text, names } = canonical(request, { ...headers, Host: request.url.host })
  const credentialScope = [day, scope.region, scope.service, 'aws4_request']
  const toSign = [algorithm, time, credentialScope.join('/'), sha256(text)].join('\n')
  const signature = hmac(signingKey(keys.secretAccessKey, credentialScope), toSign).toString('hex')
  const credential = [keys.accessKeyId, ...credentialScope].join('/')
  const authorization = `${algorithm} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`
  return { ...headers, Authorization: authorization }
}

function canonical(
  { method, url, body }: SignableRequest,
  headers: Readonly<Record<string, string>>,
): { text: string; names: string } {
  const sorted = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const lines = sorted.map(([name, value]) => `${name}:${value}\n`).join('')
  return { text: [method, url.pathname, queryOf(url), lines, names, sha256(body)].join('\n'), names }
}

function queryOf(url: URL): string {
  const pairs = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return pairs.toSorted().join('&')
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The secret, narrowed to day, region and service. */
function signingKey(secret: Redacted, scope: readonly string[]): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret.reveal()}`)
  for (const part of scope) key = hmac(key, part)
  return key
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
