import { type JsonWebKey, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Issuers, isFor, verifyJwt } from '../jwt.ts'
import { type LoopbackServer, type Seen, type ServerTls, startLoopbackServer } from '../loopback-server.ts'
import { signatureProblem, signerOf } from './verify-signature.ts'

/** Who holds an access key. */
export interface AwsPrincipal {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly arn: string
  readonly expiresAtMs?: number
}

/** A role that JWTs of one subject may assume. */
export interface AwsRole {
  readonly arn: string
  readonly subject: string
  readonly audience?: string
}

export interface StsOptions {
  readonly tls?: ServerTls
  /** The region that signatures must be scoped to; us-east-1 unless said otherwise. */
  readonly region?: string
  /** OIDC providers of the account. */
  readonly issuers?: Issuers
}

/** What an STS was asked, without anything secret. */
export interface StsCall {
  readonly action: string
  readonly status: number
  /** Error code, or the ARN of who it was. */
  readonly result: string
}

/** A stand-in for AWS STS: it checks signatures, and JWTs against their issuers, as AWS does. */
export interface StsStandIn extends AsyncDisposable {
  readonly url: string
  readonly calls: StsCall[]
  readonly server: LoopbackServer
  readonly issuers: Map<string, readonly JsonWebKey[]>
  /** The stand-in's time is ahead of ours by this. */
  skewMs: number
  principal(principal: AwsPrincipal): void
  role(role: AwsRole): void
}

interface State {
  readonly region: string
  readonly issuers: Issuers
  readonly principals: Map<string, AwsPrincipal>
  readonly roles: Map<string, AwsRole>
  readonly now: () => number
}

interface Result {
  readonly status: number
  readonly result: string
  readonly xml: string
}

/** Without principals and roles at first: everybody is refused. */
export async function startSts(options: StsOptions = {}): Promise<StsStandIn> {
  const server = await startLoopbackServer(options.tls)
  const calls: StsCall[] = []
  const issuers = new Map(options.issuers)
  const standIn: StsStandIn = {
    url: server.url,
    calls,
    server,
    issuers,
    skewMs: 0,
    principal: (it) => void state.principals.set(it.accessKeyId, it),
    role: (it) => void state.roles.set(it.arn, it),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  const state: State = {
    region: options.region ?? 'us-east-1',
    issuers,
    principals: new Map(),
    roles: new Map(),
    now: () => Date.now() + standIn.skewMs,
  }
  server.answer((request, response) => {
    const form = new URLSearchParams(request.body)
    const action = form.get('Action') ?? ''
    const { status, result, xml } = answerOf(action, form, request, state)
    calls.push({ action, status, result })
    send(response, status, xml)
  })
  return standIn
}

function answerOf(action: string, form: URLSearchParams, request: Seen, state: State): Result {
  if (request.method !== 'POST' || form.get('Version') !== '2011-06-15') return refused(400, 'InvalidAction')
  if (action === 'GetCallerIdentity') return callerIdentity(request, state)
  return action === 'AssumeRoleWithWebIdentity' ? assumeRole(form, state) : refused(400, 'InvalidAction')
}

function callerIdentity(request: Seen, state: State): Result {
  const principal = state.principals.get(signerOf(request) ?? '')
  const problem = signatureProblem(request, state.region, principal, state.now())
  if (problem !== undefined || principal === undefined) return refused(403, problem ?? 'AccessDenied')
  if ((principal.expiresAtMs ?? Infinity) <= state.now()) return refused(403, 'ExpiredToken')
  const { arn } = principal
  const account = arn.split(':')[4] ?? ''
  const inner = `<Arn>${arn}</Arn><UserId>AROASTANDIN:session</UserId><Account>${account}</Account>`
  return { status: 200, result: arn, xml: wrapped('GetCallerIdentity', inner) }
}

function assumeRole(form: URLSearchParams, state: State): Result {
  const role = state.roles.get(form.get('RoleArn') ?? '')
  const session = form.get('RoleSessionName') ?? ''
  const seconds = Number(form.get('DurationSeconds') ?? 3600)
  if (!/^[\w+=,.@-]{2,64}$/.test(session) || !(seconds >= 900 && seconds <= 43_200))
    return refused(400, 'ValidationError')
  const claims = verifyJwt(form.get('WebIdentityToken') ?? '', state.issuers, state.now())
  if (claims === undefined) return refused(400, 'InvalidIdentityToken')
  const { audience = 'sts.amazonaws.com', subject } = role ?? {}
  if (!isFor(claims, audience)) return refused(400, 'InvalidIdentityToken')
  if (role === undefined || claims['sub'] !== subject) return refused(403, 'AccessDenied')
  return granted(role, session, state, seconds)
}

function granted(role: AwsRole, session: string, state: State, seconds: number): Result {
  const [, , , , account = ''] = role.arn.split(':')
  const name = role.arn.split('/').at(-1)
  const arn = `arn:aws:sts::${account}:assumed-role/${name}/${session}`
  const expiresAtMs = state.now() + seconds * 1000
  const made = {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: `canary-sts-${randomBytes(20).toString('base64')}`,
    sessionToken: `canary-session-${randomBytes(40).toString('base64')}`,
  }
  state.principals.set(made.accessKeyId, { ...made, arn, expiresAtMs })
  const keys = `<AccessKeyId>${made.accessKeyId}</AccessKeyId><SecretAccessKey>${made.secretAccessKey}</SecretAccessKey>`
  const rest = `<SessionToken>${made.sessionToken}</SessionToken><Expiration>${new Date(expiresAtMs).toISOString()}</Expiration>`
  const inner = `<AssumedRoleUser><Arn>${arn}</Arn></AssumedRoleUser><Credentials>${keys}${rest}</Credentials>`
  return { status: 200, result: arn, xml: wrapped('AssumeRoleWithWebIdentity', inner) }
}

function wrapped(action: string, inner: string): string {
  const result = `<${action}Result>${inner}</${action}Result>`
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</${action}Response>`
}

function refused(status: number, code: string): Result {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>canary-body of STS</Message></Error>`
  return { status, result: code, xml: `<ErrorResponse>${error}</ErrorResponse>` }
}

function send(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(xml)
}
