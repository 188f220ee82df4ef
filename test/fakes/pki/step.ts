import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { PkiAuthority, pem } from './authority.ts'
import { namesIn } from './csr-names.ts'
import type { PkiAnswer, PkiRequest } from './handle.ts'
import { jsonIn, textIn } from './json-in.ts'
import { type PkiServer, startPkiServer } from './server.ts'

interface Provisioner {
  readonly name: string
  readonly kid: string
  readonly publicKey: JsonWebKey
}

/** One step-ca: its JWK provisioners, and what they may sign. */
export class StepState {
  readonly provisioners: Provisioner[] = []
  health = 'ok'
  longestSeconds = 86_400 * 160
  allowedDomains: readonly string[] | undefined
  submits = 0
  readonly spent = new Set<string>()
}

export interface StepStandIn extends PkiServer {
  readonly state: StepState
}

/** Starts a stand-in of step-ca. */
export async function startStep(authority: PkiAuthority): Promise<StepStandIn> {
  const state = new StepState()
  const server = await startPkiServer({ authority, handle: (request) => handle(request, state, authority) })
  return Object.assign(server, { state })
}

async function handle(request: PkiRequest, state: StepState, authority: PkiAuthority): Promise<PkiAnswer> {
  const path = request.path.replace(/^\/1\.0\//, '/')
  if (path === '/health') return { status: 200, body: { status: state.health } }
  if (path === '/roots') return { status: 201, body: { crts: [authority.rootPem] } }
  if (path === '/provisioners') return { status: 200, body: { provisioners: listed(state), nextCursor: '' } }
  if (path === '/sign' && request.method === 'POST') return sign(request, state, authority)
  return { status: 404, body: '404 page not found canary\n', headers: { 'content-type': 'text/plain' } }
}

function listed({ provisioners }: StepState): readonly object[] {
  return provisioners.map(({ name, kid, publicKey }) => ({ type: 'JWK', name, key: { ...publicKey, kid } }))
}

async function sign(request: PkiRequest, state: StepState, authority: PkiAuthority): Promise<PkiAnswer> {
  state.submits += 1
  const body = jsonIn(request)
  const csr = textIn(body, 'csr')
  if (!csr.includes('BEGIN CERTIFICATE REQUEST'))
    return failed(400, 'The request could not be completed canary')
  if (textIn(body, 'ott') === '') return failed(400, 'missing ott canary')
  const claims = claimsOf(textIn(body, 'ott'), state)
  const audiences = ['/1.0/sign', '/sign'].map((it) => `https://${request.headers.host}${it}`)
  if (claims === undefined || !audiences.includes(textIn(claims, 'aud'))) return failed(401, unauthorized)
  const id = textIn(claims, 'jti')
  if (textIn(claims, 'sub') === '' || id === '' || state.spent.has(id)) return failed(401, unauthorized)
  state.spent.add(id)
  const bound = (claims['cnf'] as { 'x5rt#S256'?: string } | undefined)?.['x5rt#S256']
  if (bound !== undefined && bound !== fingerprint(csr)) return failed(403, forbidden)
  if (!isAllowed(csr, claims, state)) return failed(403, forbidden)
  const seconds = secondsOf(textIn(body, 'notAfter'))
  if (seconds === undefined || seconds > state.longestSeconds) return failed(403, forbidden)
  const { bundle } = await authority.sign(csr, { seconds, backdateSeconds: 60 })
  // Roots are handed out at /roots only, unless the CA is in disorder.
  const sent = authority.mischief === undefined ? bundle.slice(0, 2) : bundle
  const [crt, ca] = sent.map((it) => pem('CERTIFICATE', it))
  return { status: 201, body: { crt, ca, certChain: sent.map((it) => pem('CERTIFICATE', it)) } }
}

const unauthorized = 'The request lacked necessary authorization to be completed canary'
const forbidden = 'The request was forbidden by the certificate authority canary'

type Claims = Readonly<Record<string, unknown>>

/** The claims of a token that a provisioner signed and that is good now. */
function claimsOf(token: string, { provisioners }: StepState): Claims | undefined {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const [header, claims] = [objectIn(head), objectIn(payload)]
  const provisioner = provisioners.find((it) => it.kid === header?.['kid'] && it.name === claims?.['iss'])
  if (provisioner === undefined || claims === undefined) return undefined
  const key = createPublicKey({ key: provisioner.publicKey, format: 'jwk' })
  const isSigned = verify(
    header?.['alg'] === 'EdDSA' ? null : 'sha256',
    Buffer.from(`${head}.${payload}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  const now = Date.now() / 1000
  const isNow = Number(claims['nbf']) <= now + 60 && Number(claims['exp']) > now - 60
  return isSigned && isNow ? claims : undefined
}

function objectIn(part: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims
  } catch {
    return undefined
  }
}

/** The names of the CSR must be those of the token, which are its subject when it says none. */
function isAllowed(csr: string, claims: Claims, { allowedDomains }: StepState): boolean {
  const sans = Array.isArray(claims['sans']) ? claims['sans'].map(String) : []
  const permitted = new Set([...sans, textIn(claims, 'sub')])
  return namesIn(csr).every(
    (name) =>
      permitted.has(name) &&
      (allowedDomains === undefined || allowedDomains.some((it) => name === it || name.endsWith(`.${it}`))),
  )
}

function fingerprint(csr: string): string {
  const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64')
  return createHash('sha256').update(der).digest('base64url')
}

/** A Go duration of hours, minutes and seconds. */
function secondsOf(text: string): number | undefined {
  const [, hours = '0', minutes = '0', seconds = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? []
  const sum = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return sum > 0 ? sum : undefined
}

function failed(status: number, message: string): PkiAnswer {
  return { status, body: { status, message } }
}
