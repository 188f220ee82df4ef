import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { createIssuer, type JwtIssuer } from '../jwt.ts'
import { type LoopbackServer, type Seen, startLoopbackServer } from '../loopback-server.ts'
import type { AwsPrincipal } from '../sts/sts.ts'

/** A request to a metadata endpoint: which, and how it was answered. */
export interface MetadataCall {
  readonly what: string
  readonly status: number
}

/**
 * A stand-in for the metadata endpoints of the clouds, all behind one address. Each answers only what carries the mark
 * that the cloud asks for, and nothing that came through a proxy.
 */
export interface MetadataStandIn extends AsyncDisposable {
  readonly url: string
  readonly calls: MetadataCall[]
  readonly server: LoopbackServer
  /** Signs access tokens of managed identities, as Entra does. */
  azure: { issuer: JwtIssuer; objectIds: readonly string[]; resource: string }
  /** Role of the instance and its keys; absent: no role. */
  aws: { role: string; keys: AwsPrincipal } | undefined
  /** Signs identity tokens for any audience; absent: no service account. */
  google: { issuer: JwtIssuer; email: string } | undefined
}

interface Result {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** With an Azure and a Google identity, and no AWS role. */
export async function startMetadata(): Promise<MetadataStandIn> {
  const server = await startLoopbackServer()
  const sessions = new Set<string>()
  const standIn: MetadataStandIn = {
    url: server.url,
    calls: [],
    server,
    azure: {
      issuer: createIssuer('https://sts.windows.net/stand-in/'),
      objectIds: ['00000000-0000-4000-8000-000000000001'],
      resource: 'https://management.azure.com/',
    },
    aws: undefined,
    google: {
      issuer: createIssuer('https://accounts.google.com'),
      email: 'app@project.iam.gserviceaccount.com',
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  server.answer((request, response) => {
    const { what, result } = answerOf(request, standIn, sessions)
    standIn.calls.push({ what, status: result.status })
    send(response, result)
  })
  return standIn
}

function answerOf(request: Seen, standIn: MetadataStandIn, sessions: Set<string>) {
  const url = new URL(request.path, standIn.url)
  const wasForwarded =
    request.headers['x-forwarded-for'] !== undefined || request.headers['via'] !== undefined
  if (wasForwarded) return { what: 'forwarded', result: { status: 403, body: '' } }
  if (url.pathname.startsWith('/metadata/')) return { what: 'azure', result: azure(request, url, standIn) }
  if (url.pathname.startsWith('/latest/'))
    return { what: 'aws', result: aws(request, url, standIn, sessions) }
  return { what: 'google', result: google(request, url, standIn) }
}

function azure({ method, headers }: Seen, url: URL, standIn: MetadataStandIn): Result {
  const { issuer, objectIds, resource } = standIn.azure
  const query = url.searchParams
  const isAsked =
    method === 'GET' && headers['metadata'] === 'true' && query.get('api-version') === '2018-02-01'
  if (!isAsked || url.pathname !== '/metadata/identity/oauth2/token' || query.get('resource') !== resource)
    return { status: 400, body: '{"error":"invalid_request","error_description":"canary-body of IMDS"}' }
  const oid = query.get('object_id') ?? objectIds[0]
  if (oid === undefined || !objectIds.includes(oid))
    return { status: 400, body: '{"error":"invalid_request","error_description":"canary-body of IMDS"}' }
  const token = issuer.sign({ aud: resource, tid: 'tenant-of-the-node', oid })
  return { status: 200, body: JSON.stringify({ access_token: token, expires_in: '3599', resource }) }
}

function aws(
  { method, headers }: Seen,
  url: URL,
  { aws: held }: MetadataStandIn,
  sessions: Set<string>,
): Result {
  if (url.pathname === '/latest/api/token') {
    if (method !== 'PUT' || !(Number(headers['x-aws-ec2-metadata-token-ttl-seconds']) > 0))
      return { status: 400, body: '' }
    const session = `canary-imds-${randomBytes(12).toString('hex')}`
    sessions.add(session)
    return { status: 200, body: session }
  }
  if (!sessions.has(String(headers['x-aws-ec2-metadata-token']))) return { status: 401, body: '' }
  const credentials = '/latest/meta-data/iam/security-credentials/'
  if (held === undefined) return { status: 404, body: 'canary-body of IMDS' }
  if (url.pathname === credentials) return { status: 200, body: held.role }
  if (url.pathname !== credentials + held.role) return { status: 404, body: '' }
  const { accessKeyId, secretAccessKey, sessionToken, expiresAtMs } = held.keys
  const expiration = new Date(expiresAtMs ?? Date.now() + 3_600_000).toISOString()
  const keys = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken }
  return { status: 200, body: JSON.stringify({ Code: 'Success', ...keys, Expiration: expiration }) }
}

function google({ method, headers }: Seen, url: URL, { google: held }: MetadataStandIn): Result {
  const flavor = { 'metadata-flavor': 'Google' }
  if (method !== 'GET' || headers['metadata-flavor'] !== 'Google')
    return { status: 403, body: '', headers: flavor }
  const audience = url.searchParams.get('audience')
  const path = '/computeMetadata/v1/instance/service-accounts/default/identity'
  if (url.pathname !== path || held === undefined || audience === null)
    return { status: 404, body: 'canary-body of the metadata server', headers: flavor }
  const token = held.issuer.sign({ aud: audience, email: held.email, sub: '1234567890' })
  return { status: 200, body: token, headers: flavor }
}

function send(response: ServerResponse, { status, body, headers = {} }: Result): void {
  response.writeHead(status, headers).end(body)
}
