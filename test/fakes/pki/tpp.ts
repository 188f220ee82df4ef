import { randomBytes, randomUUID } from 'node:crypto'
import { PkiAuthority, pem } from './authority.ts'
import { namesIn } from './csr-names.ts'
import type { PkiAnswer, PkiRequest } from './handle.ts'
import { jsonIn, textIn } from './json-in.ts'
import { type PkiServer, startPkiServer } from './server.ts'

interface CertificateObject {
  readonly bundle: readonly Uint8Array[]
  waits: number
  isInError: boolean
}

/** One Trust Protection Platform: a policy folder, its users, and the grants that they hold. */
export class TppState {
  policy = String.raw`\VED\Policy\Kubernetes`
  clientId = 'keyferry'
  username = 'svc-keyferry'
  password = 'tpp-password-canary'
  tokenSeconds = 3600
  allowedDomains: readonly string[] | undefined
  /** How often an object is asked for before its certificate is there. */
  waits = 1
  /** Whether the CA behind fails from now on. */
  fails = false
  /** Whether a request is answered with the certificate at once. */
  answersAtOnce = false
  logins = 0
  submits = 0
  resets = 0
  readonly tokens = new Map<string, number>()
  /** Good for one use each. */
  readonly refreshTokens = new Set<string>()
  readonly objects = new Map<string, CertificateObject>()

  newRefreshToken(): string {
    const token = `refresh-canary-${randomBytes(12).toString('base64url')}`
    this.refreshTokens.add(token)
    return token
  }
}

export interface TppStandIn extends PkiServer {
  readonly state: TppState
}

/** Starts a stand-in of Venafi Trust Protection Platform (CyberArk Certificate Manager, Self-Hosted). */
export async function startTpp(authority: PkiAuthority): Promise<TppStandIn> {
  const state = new TppState()
  const server = await startPkiServer({
    authority,
    clientCertificate: 'asked',
    handle: (request) => handle(request, state, authority),
  })
  return Object.assign(server, { state })
}

async function handle(request: PkiRequest, state: TppState, authority: PkiAuthority): Promise<PkiAnswer> {
  // Paths of this server are not sensitive to case.
  const path = request.path.toLowerCase()
  if (path === '/vedsdk/')
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' }
  if (path.startsWith('/vedauth/authorize/')) return authorize(path.slice(19), request, state)
  const [, bearer = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
  if ((state.tokens.get(bearer) ?? 0) <= Date.now())
    return { status: 401, body: { error: 'expired_token', error_description: 'Access token expired canary' } }
  const body = jsonIn(request)
  if (path === '/vedsdk/certificates/request') return take(body, state, authority)
  if (path === '/vedsdk/certificates/retrieve') return retrieve(body, state)
  if (path === '/vedsdk/certificates/reset') return reset(body, state)
  return failed(404, 'no such place canary')
}

type Json = Readonly<Record<string, unknown>>

function authorize(grant: string, request: PkiRequest, state: TppState): PkiAnswer {
  state.logins += 1
  const body = jsonIn(request)
  const denied = (error: string, status = 400) => ({ status, body: { error, error_description: 'canary' } })
  if (body['client_id'] !== state.clientId) return denied('invalid_client')
  if (grant === 'token') {
    if (!state.refreshTokens.delete(textIn(body, 'refresh_token'))) return denied('invalid_grant')
    return granted(state)
  }
  if (textIn(body, 'scope') === '') return denied('invalid_scope')
  if (grant === 'certificate')
    return request.hasClientCertificate ? granted(state) : denied('invalid_grant', 401)
  const isUser = body['username'] === state.username && body['password'] === state.password
  return grant === 'oauth' && isUser ? granted(state) : denied('invalid_grant')
}

function granted(state: TppState): PkiAnswer {
  const access_token = `tpp-token-canary-${randomBytes(12).toString('base64url')}`
  const expires = Math.floor(Date.now() / 1000) + state.tokenSeconds
  state.tokens.set(access_token, expires * 1000)
  return {
    status: 200,
    body: {
      access_token,
      expires,
      expires_in: state.tokenSeconds,
      refresh_token: state.newRefreshToken(),
      refresh_until: expires + 7_776_000,
      identity: 'local:{canary}',
      scope: 'certificate:manage',
      token_type: 'Bearer',
    },
  }
}

async function take(body: Json, state: TppState, authority: PkiAuthority): Promise<PkiAnswer> {
  state.submits += 1
  const csr = textIn(body, 'PKCS10')
  if (body['PolicyDN'] !== state.policy) return failed(400, `PolicyDN canary does not exist`)
  if (!csr.includes('BEGIN CERTIFICATE REQUEST')) return failed(400, 'PKCS10 canary is not valid')
  const denied = namesIn(csr).find((it) => !isAllowed(it, state))
  if (denied !== undefined) return failed(400, `${denied} does not match the policy canary`)
  const CertificateDN = `${state.policy}\\${textIn(body, 'ObjectName') || namesIn(csr)[0] || 'unnamed'}`
  if (state.objects.get(CertificateDN)?.isInError === true)
    return failed(400, 'This certificate cannot be processed while it is in an error state canary')
  const { bundle } = await authority.sign(csr, { seconds: daysOf(body) * 86_400 })
  const { waits, fails: isInError, answersAtOnce } = state
  state.objects.set(CertificateDN, { bundle, waits, isInError })
  const Guid = `{${randomUUID()}}`
  if (answersAtOnce) return { status: 200, body: { CertificateDN, Guid, CertificateData: dataOf(bundle) } }
  if (waits === 0) return { status: 200, body: { CertificateDN, Guid } }
  return { status: 202, body: { CertificateDN, Guid, Error: 'WorkToDoTimeout canary' } }
}

function isAllowed(name: string, { allowedDomains }: TppState): boolean {
  return allowedDomains === undefined || allowedDomains.some((it) => name === it || name.endsWith(`.${it}`))
}

/** The life that is asked for in days; a year where nothing is. */
function daysOf(body: Json): number {
  const attributes = Array.isArray(body['CASpecificAttributes'])
    ? (body['CASpecificAttributes'] as Json[])
    : []
  const found = attributes.find((it) => it['Name'] === 'Validity Period')
  return Number(found?.['Value'] ?? 365)
}

function retrieve(body: Json, state: TppState): PkiAnswer {
  const object = state.objects.get(textIn(body, 'CertificateDN'))
  if (object === undefined) return failed(400, 'Certificate canary does not exist')
  if (object.isInError)
    return { status: 500, body: { Stage: 500, Status: 'Post CSR failed with error: canary' } }
  if (object.waits > 0) {
    object.waits -= 1
    return { status: 202, body: { Stage: 500, Status: 'Post CSR canary' } }
  }
  const chain = body['IncludeChain'] === true ? object.bundle : object.bundle.slice(0, 1)
  const bundle = body['RootFirstOrder'] === true ? chain.toReversed() : chain
  return {
    status: 200,
    body: { CertificateData: dataOf(bundle), Format: body['Format'], Filename: 'canary.pem' },
  }
}

function reset(body: Json, state: TppState): PkiAnswer {
  const object = state.objects.get(textIn(body, 'CertificateDN'))
  if (object === undefined) return failed(400, 'Certificate canary does not exist')
  state.resets += 1
  object.isInError = false
  return { status: 200, body: { ProcessingResetCompleted: true } }
}

function dataOf(bundle: readonly Uint8Array[]): string {
  const subjects = bundle.map((it) => `subject=canary\n${pem('CERTIFICATE', it)}`)
  return Buffer.from(subjects.join('')).toString('base64')
}

function failed(status: number, text: string): PkiAnswer {
  return { status, body: { Error: text } }
}
