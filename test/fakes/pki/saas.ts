import { randomUUID } from 'node:crypto'
import { PkiAuthority, pem } from './authority.ts'
import { namesIn } from './csr-names.ts'
import type { PkiAnswer, PkiRequest } from './handle.ts'
import { jsonIn, textIn } from './json-in.ts'
import { type PkiServer, startPkiServer } from './server.ts'

interface Order {
  readonly id: string
  readonly certificateId: string
  /** The certificates, leaf first. */
  readonly bundle: readonly string[]
  readonly fails: boolean
  unseen: number
  waits: number
  unsigned: number
}

/** One tenant of Venafi's cloud (CyberArk Certificate Manager, SaaS): an application and an issuing template. */
export class SaasState {
  apiKey = 'saas-api-key-canary'
  applicationId = '7fd9e3c0-0000-4000-8000-000000000001'
  templateId = '7fd9e3c0-0000-4000-8000-000000000002'
  /** The longest life that the template permits. */
  longestSeconds = 31_536_000
  allowedDomains: readonly string[] | undefined
  /** How often a new request is answered with 404 before it is seen. */
  unseen = 0
  /** How often a request is asked for before it is ISSUED. */
  waits = 1
  /** How often the contents are answered with 409 after that. */
  unsigned = 0
  /** What becomes of requests from now on. */
  fails = false
  submits = 0
  readonly orders = new Map<string, Order>()
}

export interface SaasStandIn extends PkiServer {
  readonly state: SaasState
}

/** Starts a stand-in of Venafi's cloud. */
export async function startSaas(authority: PkiAuthority): Promise<SaasStandIn> {
  const state = new SaasState()
  const server = await startPkiServer({ authority, handle: (request) => handle(request, state, authority) })
  return Object.assign(server, { state })
}

const requests = '/outagedetection/v1/certificaterequests'

async function handle(request: PkiRequest, state: SaasState, authority: PkiAuthority): Promise<PkiAnswer> {
  const { method, path, headers } = request
  const bearer = `Bearer ${state.apiKey}`
  if (headers['tppl-api-key'] !== state.apiKey && headers.authorization !== bearer)
    return errors(401, 10_501, 'API key canary is not valid')
  if (path === '/v1/useraccounts') return { status: 200, body: { user: { username: 'canary@example.com' } } }
  if (method === 'POST' && path === requests) return take(request, state, authority)
  const [, id] = /^\/outagedetection\/v1\/certificaterequests\/([^/]+)$/.exec(path) ?? []
  if (id !== undefined) return statusOf(state.orders.get(id))
  const [, certificateId] = /^\/outagedetection\/v1\/certificates\/([^/]+)\/contents$/.exec(path) ?? []
  if (certificateId !== undefined) return contents(certificateId, request.query, state)
  return errors(404, 10_201, 'no such place canary')
}

async function take(request: PkiRequest, state: SaasState, authority: PkiAuthority): Promise<PkiAnswer> {
  state.submits += 1
  const body = jsonIn(request)
  if (body['applicationId'] !== state.applicationId) return errors(400, 10_051, 'unknown application canary')
  if (body['certificateIssuingTemplateId'] !== state.templateId)
    return errors(404, 10_204, 'unknown template canary')
  const csr = textIn(body, 'certificateSigningRequest')
  if (!csr.includes('BEGIN CERTIFICATE REQUEST')) return errors(400, 10_700, 'bad CSR canary')
  if (namesIn(csr).some((it) => !isAllowed(it, state))) return errors(400, 10_718, 'name canary not allowed')
  const seconds = secondsOf(textIn(body, 'validityPeriod'))
  if (seconds === undefined || seconds > state.longestSeconds) return errors(400, 10_720, 'validity canary')
  const { bundle } = await authority.sign(csr, { seconds })
  const order: Order = {
    id: randomUUID(),
    certificateId: randomUUID(),
    bundle: bundle.map((it) => pem('CERTIFICATE', it)),
    fails: state.fails,
    unseen: state.unseen,
    waits: state.waits,
    unsigned: state.unsigned,
  }
  state.orders.set(order.id, order)
  return {
    status: 201,
    body: { certificateRequests: [{ id: order.id, status: 'NEW', subjectDN: 'canary' }] },
  }
}

function isAllowed(name: string, { allowedDomains }: SaasState): boolean {
  return allowedDomains === undefined || allowedDomains.some((it) => name === it || name.endsWith(`.${it}`))
}

/** Of an ISO 8601 duration in days or hours: `P90D`, `PT24H`. */
function secondsOf(text: string): number | undefined {
  const [, days = '0', hours = '0'] = /^P(?:(\d+)D)?(?:T(\d+)H)?$/.exec(text) ?? []
  const seconds = Number(days) * 86_400 + Number(hours) * 3600
  return seconds > 0 ? seconds : undefined
}

function statusOf(order: Order | undefined): PkiAnswer {
  if (order === undefined || order.unseen-- > 0) return errors(404, 10_205, 'no such request canary')
  const { id } = order
  if (order.waits-- > 0) return { status: 200, body: { id, status: 'REQUESTED' } }
  const errorInformation = { type: 'EXTERNAL', code: 21_002, message: 'the CA said canary', args: ['canary'] }
  if (order.fails) return { status: 200, body: { id, status: 'FAILED', errorInformation } }
  return { status: 200, body: { id, status: 'ISSUED', certificateIds: [order.certificateId] } }
}

function contents(certificateId: string, query: URLSearchParams, state: SaasState): PkiAnswer {
  const order = [...state.orders.values()].find((it) => it.certificateId === certificateId)
  if (order === undefined) return errors(404, 10_301, 'no such certificate canary')
  if (order.unsigned-- > 0) return errors(409, 10_302, 'not signed yet canary')
  const isRootFirst = query.get('chainOrder') === 'ROOT_FIRST'
  const bundle = isRootFirst ? order.bundle.toReversed() : order.bundle
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: bundle.join('') }
}

function errors(status: number, code: number, message: string): PkiAnswer {
  return { status, body: { errors: [{ code, message, args: ['canary'] }] } }
}
