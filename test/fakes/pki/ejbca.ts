import { randomBytes } from 'node:crypto'
import { PkiAuthority, pem } from './authority.ts'
import { makeCsr } from './csr.ts'
import { namesIn } from './csr-names.ts'
import type { PkiAnswer, PkiRequest } from './handle.ts'
import { jsonIn, textIn } from './json-in.ts'
import { type PkiServer, startPkiServer } from './server.ts'

interface Approval {
  readonly csr: string
  readonly seconds: number
  readonly password: string
  status: 'waiting' | 'approved' | 'rejected' | 'finalized'
}

/** One EJBCA: a CA, its profiles, and who may enrol. */
export class EjbcaState {
  certificateAuthority = 'ManagementCA'
  caSubjectDN = 'CN=ManagementCA,O=Keyferry/Test'
  /** That of the CA, as PEM. */
  caChain = ''
  certificateProfile = 'web'
  endEntityProfile = 'kubernetes'
  allowedDomains: readonly string[] | undefined
  /** Whether the certificate profile has Allow Validity Override; without it certificates live this long. */
  validityOverride: true | { readonly seconds: number } = true
  isTokenOffline = false
  /** Whether enrolments wait for an administrator. */
  needsApproval = false
  /** Whether a key may be enrolled once only (Enforce unique public keys). */
  uniqueKeys = false
  /** How callers are known. */
  auth: 'certificate' | 'oauth' = 'certificate'
  clientId = 'keyferry'
  clientSecret = 'ejbca-client-secret-canary'
  tokenSeconds = 300
  logins = 0
  submits = 0
  readonly tokens = new Map<string, number>()
  readonly approvals = new Map<string, Approval>()
  readonly endEntities = new Map<string, string>()
  readonly enrolled = new Set<string>()

  /** What the administrator says to all that wait. */
  decide(status: 'approved' | 'rejected'): void {
    for (const it of this.approvals.values()) if (it.status === 'waiting') it.status = status
  }
}

export interface EjbcaStandIn extends PkiServer {
  readonly state: EjbcaState
}

/** Starts a stand-in of EJBCA, after the REST resources of its Community edition. */
export async function startEjbca(
  authority: PkiAuthority,
  clientCertificate: 'asked' | 'required' = 'asked',
): Promise<EjbcaStandIn> {
  const state = new EjbcaState()
  const { chain } = await authority.sign(await makeCsr({ dnsNames: ['ejbca.example.com'] }), { seconds: 60 })
  state.caChain = chain.map((it) => pem('CERTIFICATE', it)).join('')
  const server = await startPkiServer({
    authority,
    clientCertificate,
    handle: (request) => handle(request, state, authority),
  })
  return Object.assign(server, { state })
}

const base = '/ejbca/ejbca-rest-api/v1'

async function handle(request: PkiRequest, state: EjbcaState, authority: PkiAuthority): Promise<PkiAnswer> {
  const { path, method } = request
  if (path === '/oauth/token') return token(new URLSearchParams(request.body), state)
  if (path === `${base}/certificate/status`)
    return { status: 200, body: { status: 'OK', version: '1.0', revision: 'EJBCA 9.3.3 Community' } }
  const [, subject] = /^\/ejbca\/ejbca-rest-api\/v1\/ca\/([^/]+)\/certificate\/download$/.exec(path) ?? []
  if (subject !== undefined)
    return decodeURIComponent(subject) === state.caSubjectDN
      ? { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: state.caChain }
      : failed(404, 'CA canary does not exist')
  if (!isKnown(request, state)) return failed(403, 'canary is not authorized to resource')
  if (method === 'POST' && path === `${base}/certificate/pkcs10enroll`)
    return enrol(request, state, authority)
  const [, id] = /^\/ejbca\/ejbca-rest-api\/v1\/certificate\/(-?\d+)\/finalize$/.exec(path) ?? []
  if (method === 'POST' && id !== undefined) return finalize(id, request, state, authority)
  return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>canary</html>' }
}

function token(form: URLSearchParams, state: EjbcaState): PkiAnswer {
  state.logins += 1
  const isClient =
    form.get('client_id') === state.clientId && form.get('client_secret') === state.clientSecret
  if (!isClient || form.get('grant_type') !== 'client_credentials')
    return { status: 401, body: { error: 'invalid_client', error_description: 'canary' } }
  const access_token = `ejbca-token-canary-${randomBytes(12).toString('hex')}`
  state.tokens.set(access_token, Date.now() + state.tokenSeconds * 1000)
  return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: state.tokenSeconds } }
}

function isKnown({ headers, hasClientCertificate }: PkiRequest, state: EjbcaState): boolean {
  if (state.auth === 'certificate') return hasClientCertificate
  const [, bearer = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
  return (state.tokens.get(bearer) ?? 0) > Date.now()
}

async function enrol(request: PkiRequest, state: EjbcaState, authority: PkiAuthority): Promise<PkiAnswer> {
  state.submits += 1
  const body = jsonIn(request)
  const [csr, username, password] = ['certificate_request', 'username', 'password'].map((it) =>
    textIn(body, it),
  )
  const format = textIn(body, 'response_format') || 'DER'
  if (format !== 'DER' && format !== 'PKCS7') return failed(400, 'Response format can only be DER or PKCS7')
  if (username === undefined || username === '' || password === undefined || password === '')
    return failed(400, 'Invalid input canary')
  if (body['certificate_authority_name'] !== state.certificateAuthority) return failed(404, 'no CA canary')
  if (body['certificate_profile_name'] !== state.certificateProfile) return failed(404, 'no profile canary')
  if (body['end_entity_profile_name'] !== state.endEntityProfile) return failed(404, 'no profile canary')
  if (csr === undefined || !csr.includes('BEGIN CERTIFICATE REQUEST')) return failed(400, 'bad CSR canary')
  if (namesIn(csr).some((it) => !isAllowed(it, state))) return failed(422, 'DNS name canary is not allowed')
  if (state.isTokenOffline) return failed(503, 'Device was unavailable.')
  if (state.uniqueKeys && state.enrolled.has(csr)) return failed(409, 'the new certificate conflicts canary')
  state.endEntities.set(username, password)
  const seconds = lifeOf(textIn(body, 'end_time'), state)
  if (state.needsApproval) return waiting(put(state, { csr, seconds, password, status: 'waiting' }), request)
  const issued = await authority.sign(csr, { seconds })
  state.enrolled.add(csr)
  const chain = body['include_chain'] === true ? issued.chain : undefined
  return {
    status: 201,
    body: format === 'DER' ? inDer(issued.leaf, issued.serial, chain) : inPkcs7(issued.bundle),
  }
}

function isAllowed(name: string, { allowedDomains }: EjbcaState): boolean {
  return allowedDomains === undefined || allowedDomains.some((it) => name === it || name.endsWith(`.${it}`))
}

/** end_time is `2026-11-21 12:00:00` in UTC; any other form is passed over, and so is a time without the override. */
function lifeOf(endTime: string, { validityOverride }: EjbcaState): number {
  const usual = validityOverride === true ? 63_072_000 : validityOverride.seconds
  if (validityOverride !== true || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(endTime)) return usual
  return Math.round((Date.parse(`${endTime.replace(' ', 'T')}Z`) - Date.now()) / 1000)
}

function put(state: EjbcaState, approval: Approval): string {
  const id = String(1_000_000 + state.approvals.size)
  state.approvals.set(id, approval)
  return id
}

/** The link is made from the address of the request, and lacks what is between `/v` and the id. */
function waiting(id: string, { headers }: PkiRequest): PkiAnswer {
  const link = `https://${headers.host}/ejbca/ejbca-rest-api/${id}/finalize`
  const info_message = `Request with Id '${id}' is still waiting for approval canary`
  return { status: 202, body: { status_code: 202, info_message, request_id: Number(id), link } }
}

async function finalize(
  id: string,
  request: PkiRequest,
  state: EjbcaState,
  authority: PkiAuthority,
): Promise<PkiAnswer> {
  const body = jsonIn(request)
  const approval = state.approvals.get(id)
  if (approval === undefined) return failed(400, `Could not find request with Id '${id}' canary`)
  if (approval.status === 'waiting') return waiting(id, request)
  if (approval.status === 'rejected') return failed(400, `Request with Id '${id}' has been rejected canary`)
  if (approval.status === 'finalized') return failed(400, 'has already been finalized canary')
  if (body['response_format'] !== 'DER') return failed(400, 'Invalid response format canary')
  if (body['password'] !== approval.password) return failed(403, 'wrong password canary')
  if (state.isTokenOffline) return failed(503, 'Device was unavailable.')
  approval.status = 'finalized'
  const { leaf, serial } = await authority.sign(approval.csr, { seconds: approval.seconds })
  return { status: 201, body: inDer(leaf, serial, undefined) }
}

function inDer(leaf: Uint8Array, serial: string, chain: readonly Uint8Array[] | undefined): object {
  return {
    certificate: Buffer.from(leaf).toString('base64'),
    serial_number: serial.toUpperCase(),
    response_format: 'DER',
    ...(chain !== undefined && { certificate_chain: chain.map((it) => Buffer.from(it).toString('base64')) }),
  }
}

/** Base64 of PEM: the bytes of a text, which JSON carries as base64. */
function inPkcs7(bundle: readonly Uint8Array[]): object {
  const text = pem('PKCS7', pkcs7Of(bundle))
  return { certificate: Buffer.from(text).toString('base64'), response_format: 'PKCS7' }
}

/** A degenerate SignedData (RFC 2315, 9.1): certificates and nothing that is signed. */
function pkcs7Of(certificates: readonly Uint8Array[]): Buffer {
  const version = Buffer.from([2, 1, 1])
  const none = Buffer.from([0x31, 0])
  const data = sequence(oid([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]))
  const signed = sequence(version, none, data, tagged(0xa0, ...certificates), none)
  return sequence(oid([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]), tagged(0xa0, signed))
}

function oid(bytes: readonly number[]): Buffer {
  return Buffer.from([6, bytes.length, ...bytes])
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...parts)
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function failed(status: number, error_message: string): PkiAnswer {
  return { status, body: { error_code: status, error_message } }
}
