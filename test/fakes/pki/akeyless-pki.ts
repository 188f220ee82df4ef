import { randomBytes, randomUUID } from 'node:crypto'
import { PkiAuthority, pem } from './authority.ts'
import { namesIn } from './csr-names.ts'
import type { PkiAnswer, PkiRequest } from './handle.ts'
import { jsonIn, textIn } from './json-in.ts'
import { type PkiServer, startPkiServer } from './server.ts'

/** A PKI certificate issuer. */
interface CertIssuer {
  readonly allowedDomains?: readonly string[]
  readonly longestSeconds: number
  /** False where the issuer holds no certificate of its CA to hand out. */
  readonly givesParent?: boolean
}

/** One Gateway with its PKI certificate issuers, and who may log in. */
export class AkeylessPkiState {
  accessId = 'p-abcdefghijkl'
  accessKey = 'akeyless-access-key-canary'
  kubernetes = { config: 'prod', jwt: 'jwt-canary' }
  readonly issuers = new Map<string, CertIssuer>([['/pki/web', { longestSeconds: 31_536_000 }]])
  logins = 0
  validations = 0
  submits = 0
  readonly tokens = new Set<string>()
}

export interface AkeylessPkiStandIn extends PkiServer {
  readonly state: AkeylessPkiState
}

/** Starts a stand-in of a Gateway that signs. */
export async function startAkeylessPki(authority: PkiAuthority): Promise<AkeylessPkiStandIn> {
  const state = new AkeylessPkiState()
  const server = await startPkiServer({ authority, handle: (request) => handle(request, state, authority) })
  return Object.assign(server, { state })
}

async function handle(
  request: PkiRequest,
  state: AkeylessPkiState,
  authority: PkiAuthority,
): Promise<PkiAnswer> {
  const path = request.path.replace(/^\/api\/v2/, '')
  const body = jsonIn(request)
  if (request.method !== 'POST') return failed(404, 'not found')
  if (path === '/auth') return logIn(body, state)
  if (path === '/validate-token') return validate(body, state)
  if (path !== '/get-pki-certificate') return failed(404, 'not found')
  if (!state.tokens.has(textIn(body, 'token'))) return failed(401, 'failed to validate token')
  return sign(body, state, authority)
}

type Json = Readonly<Record<string, unknown>>

function logIn(body: Json, state: AkeylessPkiState): PkiAnswer {
  state.logins += 1
  if (body['access-id'] !== state.accessId || !isLet(body, state)) return failed(401, 'unauthorized')
  const token = `t-canary-${randomBytes(16).toString('hex')}`
  state.tokens.add(token)
  return { status: 200, body: { token, creds: { auth_creds: 'canary' } } }
}

/** By access key, or by a JWT that the reviewer of the Gateway's auth config accepts. */
function isLet(body: Json, { accessKey, kubernetes }: AkeylessPkiState): boolean {
  if (body['access-type'] === 'access_key') return body['access-key'] === accessKey
  if (body['access-type'] !== 'k8s' || body['k8s-auth-config-name'] !== kubernetes.config) return false
  const jwt = Buffer.from(textIn(body, 'k8s-service-account-token'), 'base64').toString('utf8')
  return jwt === kubernetes.jwt
}

function validate(body: Json, state: AkeylessPkiState): PkiAnswer {
  state.validations += 1
  const token = textIn(body, 'token')
  if (token === '') return failed(400, 'token is required')
  return { status: 200, body: { is_valid: state.tokens.has(token) } }
}

async function sign(body: Json, state: AkeylessPkiState, authority: PkiAuthority): Promise<PkiAnswer> {
  state.submits += 1
  const issuer = state.issuers.get(textIn(body, 'cert-issuer-name'))
  if (issuer === undefined) return failed(404, 'item not found')
  const csr = Buffer.from(textIn(body, 'csr-data-base64'), 'base64').toString('utf8')
  if (!csr.includes('BEGIN CERTIFICATE REQUEST')) return failed(400, 'invalid csr')
  const denied = namesIn(csr).find((name) => !isAllowed(name, issuer))
  if (denied !== undefined) return failed(400, `${denied} is not an allowed domain`)
  const seconds = Number(textIn(body, 'ttl'))
  if (!(seconds > 0) || seconds > issuer.longestSeconds) return failed(400, 'ttl is over that of the issuer')
  const words = textIn(body, 'extended-key-usage').split(',')
  const extendedKeyUsages = words.flatMap((it) => usages[it] ?? [])
  const issued = await authority.sign(csr, { seconds, extendedKeyUsages })
  const parents = issued.chain.map((it) => pem('CERTIFICATE', it)).join('')
  return {
    status: 200,
    body: {
      data: pem('CERTIFICATE', issued.leaf),
      parent_cert: issuer.givesParent === false ? null : parents,
      cert_display_id: randomUUID(),
      cert_item_id: 7,
      path: textIn(body, 'cert-issuer-name'),
      reading_token: '',
    },
  }
}

const usages: Readonly<Record<string, string>> = {
  serverauth: '1.3.6.1.5.5.7.3.1',
  clientauth: '1.3.6.1.5.5.7.3.2',
  codesigning: '1.3.6.1.5.5.7.3.3',
}

function isAllowed(name: string, { allowedDomains }: CertIssuer): boolean {
  return allowedDomains === undefined || allowedDomains.some((it) => name === it || name.endsWith(`.${it}`))
}

function failed(status: number, error: string): PkiAnswer {
  return { status, body: { error: `${error} canary` } }
}
