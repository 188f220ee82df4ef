import type { JsonWebKey } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { createIssuer, type Issuers, isFor, type JwtIssuer, verifyJwt } from '../jwt.ts'
import { type LoopbackServer, type Seen, type ServerTls, startLoopbackServer } from '../loopback-server.ts'

/** A federated credential of a client: whose JWTs prove that client. */
interface FederatedCredential {
  readonly issuer: string
  readonly subject: string
  readonly audience?: string
}

export interface EntraClient {
  readonly tenantId: string
  readonly clientId: string
  readonly federated: readonly FederatedCredential[]
}

export interface EntraOptions {
  readonly tls?: ServerTls
  /** Keys of the issuers that federated credentials name. */
  readonly issuers?: Issuers
  /** The resource that tokens are given for; Azure Resource Manager of the public cloud unless said otherwise. */
  readonly resource?: string
}

/** A token request, without anything secret. */
export interface EntraCall {
  readonly tenantId: string
  readonly clientId: string
  readonly status: number
  readonly code?: number
}

/** A stand-in for Microsoft Entra: tokens for clients that prove themselves by a federated JWT. */
export interface EntraStandIn extends AsyncDisposable {
  readonly url: string
  readonly calls: EntraCall[]
  readonly server: LoopbackServer
  readonly issuers: Map<string, readonly JsonWebKey[]>
  /** Signs access tokens; Akeyless knows its keys. */
  readonly issuer: JwtIssuer
  tokenTtlSeconds: number
  client(client: EntraClient): void
}

interface Refusal {
  readonly status: number
  readonly code: number
  readonly error: string
}

/** Without clients at first: everybody is refused. */
export async function startEntra(options: EntraOptions = {}): Promise<EntraStandIn> {
  const { resource = 'https://management.azure.com/' } = options
  const server = await startLoopbackServer(options.tls)
  const clients: EntraClient[] = []
  const issuers = new Map(options.issuers)
  const standIn: EntraStandIn = {
    url: server.url,
    calls: [],
    server,
    issuers,
    issuer: createIssuer('https://sts.windows.net/stand-in/'),
    tokenTtlSeconds: 3600,
    client: (it) => void clients.push(it),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  server.answer((request, response) => {
    const form = new URLSearchParams(request.body)
    const [, tenantId = ''] = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(request.path) ?? []
    const clientId = form.get('client_id') ?? ''
    const refusal = refusalOf(request, form, { tenantId, clientId, resource, clients, issuers })
    standIn.calls.push({
      tenantId,
      clientId,
      status: refusal?.status ?? 200,
      ...(refusal && { code: refusal.code }),
    })
    if (refusal !== undefined) return refuse(response, refusal)
    const claims = { aud: resource, tid: tenantId, appid: clientId, oid: `oid-${clientId}` }
    const exp = Math.floor(Date.now() / 1000) + standIn.tokenTtlSeconds
    const token = standIn.issuer.sign({ ...claims, exp })
    send(response, 200, {
      token_type: 'Bearer',
      expires_in: standIn.tokenTtlSeconds,
      access_token: token,
    })
  })
  return standIn
}

interface Facts {
  readonly tenantId: string
  readonly clientId: string
  readonly resource: string
  readonly clients: readonly EntraClient[]
  readonly issuers: Issuers
}

function refusalOf({ method }: Seen, form: URLSearchParams, facts: Facts): Refusal | undefined {
  const { tenantId, clientId, resource, clients, issuers } = facts
  const asked = form.get('grant_type') === 'client_credentials' && form.get('scope') === `${resource}.default`
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  if (method !== 'POST' || !asked || form.get('client_assertion_type') !== type)
    return { status: 400, code: 900144, error: 'invalid_request' }
  const tenant = clients.filter((it) => it.tenantId === tenantId)
  if (tenant.length === 0) return { status: 400, code: 90002, error: 'invalid_request' }
  const client = tenant.find((it) => it.clientId === clientId)
  if (client === undefined) return { status: 400, code: 700016, error: 'unauthorized_client' }
  const code = assertionProblem(form.get('client_assertion') ?? '', client, issuers)
  return code === undefined ? undefined : { status: 401, code, error: 'invalid_client' }
}

function assertionProblem(
  assertion: string,
  { federated }: EntraClient,
  issuers: Issuers,
): number | undefined {
  const claims = verifyJwt(assertion, issuers)
  if (claims === undefined) return 700211
  const sameIssuer = federated.filter((it) => it.issuer === claims['iss'])
  if (sameIssuer.length === 0) return 700211
  const audienceOf = (it: FederatedCredential) => it.audience ?? 'api://AzureADTokenExchange'
  const meant = sameIssuer.filter((it) => isFor(claims, audienceOf(it)))
  if (meant.length === 0) return 700212
  return meant.some((it) => it.subject === claims['sub']) ? undefined : 700213
}

function refuse(response: ServerResponse, { status, code, error }: Refusal): void {
  const words = { error, error_description: `AADSTS${code}: canary-body of Entra`, error_codes: [code] }
  send(response, status, words)
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
