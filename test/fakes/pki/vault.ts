import { randomBytes } from 'node:crypto'
import { KeyUsageFlags } from '@peculiar/x509'
import { PkiAuthority, pem } from './authority.ts'
import { namesIn } from './csr-names.ts'
import type { PkiAnswer, PkiRequest } from './handle.ts'
import { type PkiServer, startPkiServer } from './server.ts'

/** A role of the PKI engine. */
export interface VaultRole {
  /** Domains below which names may be; any unless said. */
  readonly allowedDomains?: readonly string[]
  readonly maxTTLSeconds?: number
}

/** What /sys/health says. */
export type VaultHealth =
  | 'active'
  | 'standby'
  | 'performance-standby'
  | 'recovery'
  | 'sealed'
  | 'uninitialised'

const healthStatus: Readonly<Record<VaultHealth, number>> = {
  active: 200,
  standby: 429,
  recovery: 472,
  'performance-standby': 473,
  uninitialised: 501,
  sealed: 503,
}

/** One Vault: a PKI engine at `pki`, its roles, and who may log in. */
export class VaultState {
  health: VaultHealth = 'active'
  /** Tokens live so long. */
  tokenSeconds = 3600
  /** The namespace that every call but health must name; none unless said. */
  namespace: string | undefined
  readonly roles = new Map<string, VaultRole>([['web', {}]])
  /** role_id to secret_id. */
  readonly appRoles = new Map<string, string>()
  /** Roles of Kubernetes auth; what a TokenReview would say of a JWT. */
  readonly kubernetesRoles = new Map<string, (jwt: string) => boolean>()
  readonly tokens = new Map<string, { endsAtMs: number; mayNot?: string }>()
  logins = 0
  /** Requests that came to be signed, whatever became of them. */
  submits = 0

  newToken(seconds = this.tokenSeconds): string {
    const token = `hvs.${randomBytes(18).toString('base64url')}`
    this.tokens.set(token, { endsAtMs: Date.now() + seconds * 1000 })
    return token
  }

  revokeAll(): void {
    this.tokens.clear()
  }
}

export interface VaultStandIn extends PkiServer {
  readonly state: VaultState
}

/** Starts a stand-in of HashiCorp Vault. */
export async function startVault(authority: PkiAuthority): Promise<VaultStandIn> {
  const state = new VaultState()
  const server = await startPkiServer({ authority, handle: (request) => handle(request, state, authority) })
  return Object.assign(server, { state })
}

async function handle(request: PkiRequest, state: VaultState, authority: PkiAuthority): Promise<PkiAnswer> {
  const path = request.path.replace(/^\/v1\//, '')
  if (path === 'sys/health') return health(state, request)
  if (state.health === 'sealed') return errors(503, 'Vault is sealed')
  if (state.namespace !== undefined && request.headers['x-vault-namespace'] !== state.namespace)
    return errors(404, `no handler for route "${path}". route entry not found.`)
  const login = /^auth\/(approle|kubernetes)\/login$/.exec(path)
  if (login !== null) return logIn(login[1] ?? '', jsonIn(request), state)
  const held = state.tokens.get(String(request.headers['x-vault-token']))
  if (held === undefined || held.endsAtMs <= Date.now()) return errors(403, 'permission denied canary')
  if (path === 'auth/token/lookup-self') return lookUp(request, held.endsAtMs)
  if (held.mayNot !== undefined && path.includes(held.mayNot)) return errors(403, 'permission denied canary')
  const signing = /^pki\/(?:issuer\/[^/]+\/)?(sign|sign-verbatim)(?:\/([^/]+))?$/.exec(path)
  if (signing !== null) return sign(signing[1] ?? '', signing[2], jsonIn(request), state, authority)
  if (/^pki\/(?:root|issuer\/[^/]+)\/sign-intermediate$/.test(path))
    return sign('sign-intermediate', undefined, jsonIn(request), state, authority)
  return errors(404, `no handler for route "${path}". route entry not found.`)
}

/** Who asks may choose the statuses, which HashiCorp's own client does. */
const healthCode: Readonly<Record<VaultHealth, string>> = {
  active: 'activecode',
  standby: 'standbycode',
  recovery: 'drsecondarycode',
  'performance-standby': 'performancestandbycode',
  uninitialised: 'uninitcode',
  sealed: 'sealedcode',
}

function health({ health }: VaultState, { query }: PkiRequest): PkiAnswer {
  const status = Number(query.get(healthCode[health]) ?? healthStatus[health])
  const isOpen = { initialized: health !== 'uninitialised', sealed: health === 'sealed' }
  return { status, body: { ...isOpen, standby: health === 'standby', version: '1.20.0' } }
}

type Json = Readonly<Record<string, unknown>>

function logIn(method: string, body: Json, state: VaultState): PkiAnswer {
  state.logins += 1
  if (method === 'approle') {
    const secretId = state.appRoles.get(String(body['role_id']))
    if (secretId === undefined || secretId !== body['secret_id'])
      return errors(400, 'invalid role or secret ID canary')
    return granted(state)
  }
  const review = state.kubernetesRoles.get(String(body['role']))
  if (review === undefined) return errors(400, `invalid role name "${String(body['role'])}"`)
  return review(String(body['jwt'])) ? granted(state) : errors(403, 'permission denied canary')
}

function granted(state: VaultState): PkiAnswer {
  const client_token = state.newToken()
  const auth = { client_token, accessor: 'a', policies: ['default', 'pki'], metadata: {}, renewable: true }
  return answered(null, { ...auth, lease_duration: state.tokenSeconds })
}

function lookUp(request: PkiRequest, endsAtMs: number): PkiAnswer {
  const ttl = Math.round((endsAtMs - Date.now()) / 1000)
  return answered({ id: String(request.headers['x-vault-token']), ttl, policies: ['default'] })
}

async function sign(
  mode: string,
  roleName: string | undefined,
  body: Json,
  state: VaultState,
  authority: PkiAuthority,
): Promise<PkiAnswer> {
  state.submits += 1
  const role = roleName === undefined ? {} : state.roles.get(roleName)
  if (role === undefined) return errors(400, `unknown role: ${roleName}`)
  const csr = typeof body['csr'] === 'string' ? body['csr'] : ''
  if (!csr.includes('BEGIN CERTIFICATE REQUEST')) return errors(400, 'csr contains no data canary')
  const denied = namesIn(csr).find((name) => !isAllowed(name, role))
  if (mode === 'sign' && denied !== undefined)
    return errors(400, `subject alternate name ${denied} not allowed by this role canary`)
  const seconds = secondsOf(body['ttl'])
  if (seconds === undefined) return errors(400, 'error parsing ttl canary')
  const issued = await authority.sign(csr, {
    seconds: Math.min(seconds, role.maxTTLSeconds ?? seconds),
    isCA: mode === 'sign-intermediate',
    ...usagesOf(mode, body),
  })
  const [issuingCa = issued.root] = issued.chain
  return answered({
    certificate: pem('CERTIFICATE', issued.leaf).trimEnd(),
    issuing_ca: pem('CERTIFICATE', issuingCa).trimEnd(),
    ca_chain: issued.chain.map((it) => pem('CERTIFICATE', it).trimEnd()),
    serial_number: issued.serial.match(/../g)?.join(':'),
    expiration: Math.floor(issued.notAfter.getTime() / 1000),
  })
}

function isAllowed(name: string, { allowedDomains }: VaultRole): boolean {
  return allowedDomains === undefined || allowedDomains.some((it) => name === it || name.endsWith(`.${it}`))
}

const usualUsage = [KeyUsageFlags.digitalSignature, KeyUsageFlags.keyEncipherment, KeyUsageFlags.keyAgreement]
const extended: Readonly<Record<string, string>> = {
  ServerAuth: '1.3.6.1.5.5.7.3.1',
  ClientAuth: '1.3.6.1.5.5.7.3.2',
  CodeSigning: '1.3.6.1.5.5.7.3.3',
  EmailProtection: '1.3.6.1.5.5.7.3.4',
}
const basic: Readonly<Record<string, KeyUsageFlags>> = {
  DigitalSignature: KeyUsageFlags.digitalSignature,
  ContentCommitment: KeyUsageFlags.nonRepudiation,
  KeyEncipherment: KeyUsageFlags.keyEncipherment,
  DataEncipherment: KeyUsageFlags.dataEncipherment,
  KeyAgreement: KeyUsageFlags.keyAgreement,
}

function usagesOf(mode: string, body: Json) {
  if (mode === 'sign-intermediate')
    return { keyUsage: [KeyUsageFlags.keyCertSign, KeyUsageFlags.cRLSign], extendedKeyUsages: [] }
  if (mode === 'sign')
    return { keyUsage: usualUsage, extendedKeyUsages: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'] }
  const flags = textsOf(body['key_usage']).flatMap((it) => basic[it] ?? [])
  return {
    keyUsage: flags.length === 0 ? usualUsage : flags,
    extendedKeyUsages: textsOf(body['ext_key_usage']).flatMap((it) => extended[it] ?? []),
  }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function secondsOf(ttl: unknown): number | undefined {
  const [, hours = '0', minutes = '0', seconds = '0'] =
    /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(
      typeof ttl === 'string' || typeof ttl === 'number' ? String(ttl) : '',
    ) ?? []
  const sum = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return sum > 0 ? sum : undefined
}

function jsonIn({ body }: PkiRequest): Json {
  try {
    return JSON.parse(body) as Json
  } catch {
    return {}
  }
}

function answered(data: object | null, auth: object | null = null): PkiAnswer {
  const head = {
    request_id: randomBytes(8).toString('hex'),
    lease_id: '',
    renewable: false,
    lease_duration: 0,
  }
  return { status: 200, body: { ...head, data, wrap_info: null, warnings: null, auth } }
}

function errors(status: number, ...messages: readonly string[]): PkiAnswer {
  return { status, body: { errors: messages } }
}
