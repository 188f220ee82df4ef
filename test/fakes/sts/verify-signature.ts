import { createHash, createHmac } from 'node:crypto'
import type { Seen } from '../loopback-server.ts'

/** Why AWS refuses a signed request, in its own word. */
export type SignatureProblem =
  | 'MissingAuthenticationToken'
  | 'InvalidClientTokenId'
  | 'SignatureDoesNotMatch'
  | 'ExpiredToken'

export interface SecretOf {
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

interface Signed {
  readonly accessKeyId: string
  readonly scope: readonly [day: string, region: string, service: string, end: string]
  readonly names: readonly string[]
  readonly signature: string
}

const skewMs = 15 * 60_000
const form =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([a-z0-9-]+)\/([a-z]+)\/(aws4_request), SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/

/** The access key ID of a request; undefined when it is not signed. */
export function signerOf({ headers }: Seen): string | undefined {
  return parsed(headers.authorization)?.accessKeyId
}

/**
 * Judges a Signature Version 4 as AWS does: recomputed from the secret over what arrived, for this region and `sts`,
 * fifteen minutes old at most, over Host, the date and the session token at least.
 */
export function signatureProblem(
  request: Seen,
  region: string,
  secret: SecretOf | undefined,
  nowMs: number,
): SignatureProblem | undefined {
  const signed = parsed(request.headers.authorization)
  if (signed === undefined) return 'MissingAuthenticationToken'
  if (secret === undefined || secret.sessionToken !== one(request, 'x-amz-security-token'))
    return 'InvalidClientTokenId'
  if (!coversEnough(request, signed) || !isScoped(signed, one(request, 'x-amz-date') ?? '', region))
    return 'SignatureDoesNotMatch'
  if (Math.abs(nowMs - timeOf(one(request, 'x-amz-date') ?? '')) > skewMs) return 'ExpiredToken'
  return recomputed(request, signed, secret) === signed.signature ? undefined : 'SignatureDoesNotMatch'
}

function parsed(authorization: string | undefined): Signed | undefined {
  const found = form.exec(authorization ?? '')
  if (found === null) return undefined
  const [, accessKeyId = '', day = '', region = '', service = '', end = '', names = '', signature = ''] =
    found
  return { accessKeyId, scope: [day, region, service, end], names: names.split(';'), signature }
}

function one({ headers }: Seen, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

function coversEnough(request: Seen, { names }: Signed): boolean {
  const needed = ['host', 'x-amz-date', 'x-amz-security-token', 'content-type']
  return needed.every((it) => names.includes(it) || one(request, it) === undefined)
}

function isScoped({ scope: [day, region, service] }: Signed, date: string, expected: string): boolean {
  return date.startsWith(`${day}T`) && region === expected && service === 'sts'
}

/** `20260131T235959Z`. */
function timeOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function recomputed(request: Seen, { scope, names }: Signed, { secretAccessKey }: SecretOf): string {
  const url = new URL(request.path, 'http://any')
  const headers = names.map((it) => `${it}:${(one(request, it) ?? '').trim()}\n`).join('')
  const query = url.search.slice(1).split('&').toSorted().join('&')
  const lines = [request.method, url.pathname, query, headers, names.join(';'), digest(request.body)]
  const date = one(request, 'x-amz-date') ?? ''
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), digest(lines.join('\n'))].join('\n')
  const key = scope.reduce<Buffer>((it, part) => mac(it, part), Buffer.from(`AWS4${secretAccessKey}`))
  return mac(key, text).toString('hex')
}

function mac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
