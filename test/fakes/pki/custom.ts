import { randomUUID } from 'node:crypto'
import { PkiAuthority, pem } from './authority.ts'
import type { PkiAnswer, PkiRequest } from './handle.ts'
import { type PkiServer, startPkiServer } from './server.ts'

/**
 * A PKI as a company may have built it itself: OAuth2 client credentials, orders that a person approves, the
 * certificate at an address of its own, and orders that come again known by their Idempotency-Key.
 */
export class CustomPkiState {
  clientId = 'keyferry'
  clientSecret = 'custom-client-secret-canary'
  tokenSeconds = 3600
  /** How often an order is asked for before it is done; 0 answers the order with the certificate. */
  waits = 1
  health: 'UP' | 'DOWN' = 'UP'
  /** What becomes of orders from now on. */
  decision: 'approve' | 'reject' = 'approve'
  logins = 0
  submits = 0
  readonly tokens = new Map<string, number>()
  readonly orders = new Map<string, Order>()

  revokeAll(): void {
    this.tokens.clear()
  }
}

interface Order {
  readonly id: string
  readonly key: string | undefined
  readonly bundle: string
  readonly decision: 'approve' | 'reject'
  waits: number
}

export interface CustomPki extends PkiServer {
  readonly state: CustomPkiState
}

/** Starts the custom PKI. */
export async function startCustomPki(
  authority: PkiAuthority,
  clientCertificate?: 'asked' | 'required',
): Promise<CustomPki> {
  const state = new CustomPkiState()
  const server = await startPkiServer({
    authority,
    handle: (request) => handle(request, state, authority),
    ...(clientCertificate !== undefined && { clientCertificate }),
  })
  return Object.assign(server, { state })
}

async function handle(
  request: PkiRequest,
  state: CustomPkiState,
  authority: PkiAuthority,
): Promise<PkiAnswer> {
  const { method, path } = request
  if (path === '/healthz')
    return { status: state.health === 'UP' ? 200 : 503, body: { status: state.health } }
  if (path === '/oauth/token') return token(new URLSearchParams(request.body), state)
  const [, bearer = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
  if ((state.tokens.get(bearer) ?? 0) <= Date.now()) return failed(401, 'token_expired')
  if (method === 'POST' && path === '/api/orders') return take(request, state, authority)
  const [, id = '', what] = /^\/api\/orders\/([^/]+)(\/certificate)?$/.exec(path) ?? []
  const order = state.orders.get(decodeURIComponent(id))
  if (order === undefined) return failed(404, 'unknown_order')
  if (what === undefined) return statusOf(order)
  return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: order.bundle }
}

function token(form: URLSearchParams, state: CustomPkiState): PkiAnswer {
  state.logins += 1
  const isKnown = form.get('client_id') === state.clientId && form.get('client_secret') === state.clientSecret
  if (!isKnown || form.get('grant_type') !== 'client_credentials') return failed(401, 'invalid_client')
  const access_token = `token-canary-${randomUUID()}`
  state.tokens.set(access_token, Date.now() + state.tokenSeconds * 1000)
  return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: state.tokenSeconds } }
}

interface OrderBody {
  readonly csr?: unknown
  readonly validity?: { readonly seconds?: unknown }
}

async function take(
  { body, headers }: PkiRequest,
  state: CustomPkiState,
  authority: PkiAuthority,
): Promise<PkiAnswer> {
  state.submits += 1
  const key = headers['idempotency-key']?.toString()
  const known = [...state.orders.values()].find((it) => key !== undefined && it.key === key)
  if (known !== undefined) return accepted(known)
  const { csr, validity } = JSON.parse(body) as OrderBody
  const seconds = validity?.seconds
  if (typeof csr !== 'string' || typeof seconds !== 'number') return failed(400, 'bad_order')
  if (seconds > 31_622_400) return failed(422, 'policy.too-long')
  const { bundle } = await authority.sign(csr, { seconds })
  const { decision, waits } = state
  const text = bundle.map((it) => pem('CERTIFICATE', it)).join('')
  const order = { id: randomUUID(), key, bundle: text, decision, waits }
  state.orders.set(order.id, order)
  return accepted(order)
}

function accepted(order: Order): PkiAnswer {
  if (order.waits === 0 && order.decision === 'approve')
    return { status: 201, body: { id: order.id, state: 'ISSUED', certificate: order.bundle } }
  return { status: 202, body: { id: order.id, state: 'WAITING' } }
}

function statusOf(order: Order): PkiAnswer {
  order.waits -= 1
  if (order.waits >= 0) return { status: 200, body: { id: order.id, state: 'WAITING' } }
  if (order.decision === 'reject')
    return { status: 200, body: { id: order.id, state: 'REJECTED', reason: 'policy.rejected' } }
  return { status: 200, body: { id: order.id, state: 'ISSUED' } }
}

/** The description is what no condition may show. */
function failed(status: number, code: string): PkiAnswer {
  return { status, body: { error: code, description: 'canary of a body' } }
}
