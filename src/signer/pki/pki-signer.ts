import type { Log } from '../../std/log.ts'
import { SignFailure } from '../sign-failure.ts'
import type {
  Checked,
  Leniency,
  Signer,
  SignerWarning,
  SigningRequest,
  SignOptions,
  SignResult,
} from '../signer.ts'
import { type Access, type Attempt, peerOf } from './access.ts'
import { Authorities } from './authorities.ts'
import type { CompiledStep } from './compiled-step.ts'
import type { Connections, Peer } from './connections.ts'
import { readCsrFacts } from './csr-facts.ts'
import { certificatesIn } from './extract.ts'
import { idIn, issuedIn, missing, pending, submitted } from './outcome.ts'
import { probe } from './probe.ts'
import type { Pki } from './schema.ts'
import type { Response } from './schema-response.ts'
import type { Ran } from './step-runner.ts'
import type { Steps } from './steps.ts'
import type { Data } from './template-set.ts'
import { type IssuerFacts, requestVariables } from './variables.ts'
import { wrong } from './wrong.ts'

export interface PkiSignerOptions {
  readonly config: Pki
  readonly steps: Steps
  readonly facts: IssuerFacts
  readonly access: Access
  readonly connections: Connections
  readonly nowMs: () => number
  /** The variables that every step has. */
  readonly variables: () => Data
}

/** One after the other, of a request that is handed in: it is refused, a login, once more, the CA certificates. */
const mostCalls = 4

/** Signs by HTTP calls to a PKI, as its configuration says. */
export class PkiSigner implements Signer {
  readonly retryWindowMs: number
  readonly pendingLimitMs: number | undefined
  readonly callLimitMs: number
  readonly leniency: Leniency | undefined
  readonly #options: PkiSignerOptions
  readonly #authorities: Authorities | undefined

  constructor(options: PkiSignerOptions) {
    const { retryWindow, pendingLimit, timeouts, leniency } = options.config
    this.#options = options
    this.retryWindowMs = retryWindow
    this.pendingLimitMs = pendingLimit
    this.callLimitMs = mostCalls * timeouts.request
    this.leniency = leniency
    const { authorities: step } = options.steps
    this.#authorities = step && new Authorities((it) => this.#readAuthorities(step, it))
  }

  async check(options: SignOptions): Promise<Checked> {
    const { access, connections, steps, config } = this.#options
    const { signal, log } = options
    for (const peer of this.#peers()) await connections.refresh(peer, signal)
    if (steps.health !== undefined) await this.#checkHealth(steps.health, signal, log)
    const isFresh = await access.prove(signal)
    const isReached = steps.health?.isBase === true || (isFresh && steps.login?.isBase === true)
    if (!isReached) await probe(peerOf(steps.submit, config), connections, config.timeouts.request, signal)
    await this.#authorities?.refresh(options)
    return { how: howOf(steps), warnings: this.#warnings() }
  }

  async submit(request: SigningRequest, options: SignOptions): Promise<SignResult> {
    return this.#completed(await this.#handIn(request, options), options)
  }

  async poll(request: SigningRequest, id: string, options: SignOptions): Promise<SignResult> {
    try {
      return await this.#completed(await this.#ask(request, id, options), options)
    } catch (error) {
      if (error instanceof SignFailure && error.reason === 'Refused') await this.#reset(request, id, options)
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#options.access.close()
    await this.#options.connections.close()
  }

  async #completed(result: SignResult, options: SignOptions): Promise<SignResult> {
    return this.#authorities === undefined ? result : this.#authorities.completed(result, options)
  }

  async #handIn(request: SigningRequest, { signal, log }: SignOptions): Promise<SignResult> {
    const { config, steps } = this.#options
    const { poll, fetch, idempotency, pollInterval } = config
    const mayDouble = idempotency === undefined
    const data = await this.#dataOf(request)
    const ran = await this.#run(
      { step: steps.submit, response: config.submit.response, what: 'submit the request', mayDouble },
      { data, signal, log },
    )
    // What is signed already is fetched at once, after its id is on record.
    const isSigned = ran.verdict.is === 'success' && poll === undefined
    const after = {
      hasNext: poll !== undefined || fetch !== undefined,
      pollAfterMs: isSigned ? 0 : pollInterval,
    }
    return submitted(ran, config.submit.response, after)
  }

  async #ask(request: SigningRequest, id: string, { signal, log }: SignOptions): Promise<SignResult> {
    const { config, steps } = this.#options
    const data = await this.#dataOf(request)
    const more = { data: withId(data, id), signal, log }
    if (steps.poll === undefined || config.poll === undefined) return this.#fetch(id, id, more)
    const { response } = config.poll
    const ran = await this.#run(
      { step: steps.poll, response, what: 'ask for the certificate', mayDouble: false },
      more,
    )
    if (ran.verdict.is === 'pending') return pending(ran, id, config.pollInterval)
    const issued = issuedIn(ran, response)
    if (issued !== undefined) return issued
    if (steps.fetch === undefined) throw missing(ran, response, false)
    return this.#fetch(id, idIn(ran, response) ?? id, more)
  }

  /** `order` is what a later poll asks for; `id` is what is fetched. */
  async #fetch(order: string, id: string, more: More): Promise<SignResult> {
    const { config, steps } = this.#options
    if (steps.fetch === undefined || config.fetch === undefined)
      throw wrong(['poll'], 'is missing, and a request waits for what became of its order')
    const { response } = config.fetch
    const ran = await this.#run(
      { step: steps.fetch, response, what: 'fetch the certificate', mayDouble: false },
      { ...more, data: withId(more.data, id) },
    )
    if (ran.verdict.is === 'pending') return pending(ran, order, config.pollInterval)
    const issued = issuedIn(ran, response)
    if (issued === undefined) throw missing(ran, response, false)
    return issued
  }

  #run(what: What, more: More): Promise<Ran> {
    return this.#options.access.run({ ...what, ...more, purpose: 'request' })
  }

  async #checkHealth(step: CompiledStep, signal: AbortSignal, log: Log): Promise<void> {
    const { config, variables, access } = this.#options
    const response = { rules: [], ...config.health?.response }
    const what = { what: 'check the health', purpose: 'access' as const, mayDouble: false }
    await access.run({ step, response, ...what, data: variables(), signal, log })
  }

  async #readAuthorities(step: CompiledStep, { signal, log }: SignOptions): Promise<readonly Uint8Array[]> {
    const { config, variables, access } = this.#options
    const response = { ...config.authorities?.response, rules: config.authorities?.response.rules ?? [] }
    const what = { what: 'read the CA certificates', purpose: 'access' as const, mayDouble: false }
    const { answer } = await access.run({ step, response, ...what, data: variables(), signal, log })
    return certificatesIn(answer, response)
  }

  /** What is left of a request that was refused; that it stays says nothing of the request. */
  async #reset(request: SigningRequest, id: string, { signal, log }: SignOptions): Promise<void> {
    const { config, steps } = this.#options
    if (steps.reset === undefined || config.reset === undefined) return
    const data = withId(await this.#dataOf(request), id)
    const what = { step: steps.reset, response: config.reset.response, what: 'reset the request' }
    try {
      await this.#run({ ...what, mayDouble: false }, { data, signal, log })
    } catch (error) {
      log.warn({ err: error }, 'a request that failed could not be reset at the PKI')
    }
  }

  async #dataOf(request: SigningRequest): Promise<Data> {
    const { facts, nowMs, variables } = this.#options
    const csr = await readCsrFacts(request.csrPem)
    return new Map([...variables(), ...requestVariables(request, csr, facts, nowMs())])
  }

  #peers(): readonly Peer[] {
    const { steps, config } = this.#options
    const peers = Object.values<CompiledStep | undefined>({ ...steps }).flatMap((it) =>
      it === undefined ? [] : [peerOf(it, config)],
    )
    return [...new Map(peers.map((it) => [`${it.server.origin} ${it.path}`, it])).values()]
  }

  #warnings(): readonly SignerWarning[] {
    const open = this.#peers().filter((it) => it.tls.insecureSkipVerify === true)
    return open.map(({ server, path }) => ({
      reason: 'TLSVerificationOff',
      message:
        `The certificate of PKI "${server.host}" is not verified (${path}.insecureSkipVerify): whoever is on the way ` +
        'there can read its credentials and answer in its place; set caBundle or caBundleRef instead',
    }))
  }
}

type What = Pick<Attempt, 'step' | 'what' | 'mayDouble'> & { readonly response: Response }
type More = Pick<Attempt, 'data' | 'signal' | 'log'>

function withId(data: Data, id: string): Data {
  return new Map([...data, ['id', id]])
}

function howOf({ health, login }: Steps): string {
  if (health !== undefined)
    return login === undefined
      ? 'its health check answered'
      : 'its health check answered and the login worked'
  if (login !== undefined) return 'TCP, TLS and login worked; there is no health step'
  return 'TCP and TLS worked; there is neither a health step nor a login'
}
