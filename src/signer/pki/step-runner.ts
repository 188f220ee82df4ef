import type { Dispatcher } from 'undici'
import type { LargeBodies } from '../../net/large-bodies.ts'
import type { Clock } from '../../std/clock.ts'
import type { Log } from '../../std/log.ts'
import { Slots } from '../../std/slots.ts'
import { TemplateError } from '../../template/error.ts'
import type { Input } from '../../template/render-options.ts'
import { SignFailure } from '../sign-failure.ts'
import type { SignerPorts } from '../signer.ts'
import type { CompiledStep, HttpRequest } from './compiled-step.ts'
import { type Connections, type Peer } from './connections.ts'
import { codeIn } from './extract.ts'
import { type Doing, refusal, unanswered, withoutTurn } from './failures.ts'
import { type HttpAnswer } from './http-answer.ts'
import type { Pki } from './schema.ts'
import type { Place, Rule } from './schema-response.ts'
import { NotAnswered, send } from './send.ts'
import { sources } from './sources.ts'
import { type Data, templateWords } from './template-set.ts'
import { judge, type Purpose, type Verdict } from './verdict.ts'

export interface RunnerOptions {
  readonly config: Pki
  readonly connections: Connections
  readonly ports: SignerPorts
  readonly bodies: LargeBodies
  readonly clock: Clock
}

/** One run of one step. */
export interface Run {
  readonly step: CompiledStep
  readonly peer: Peer
  readonly response: { readonly rules: readonly Rule[]; readonly code?: Place | undefined }
  readonly purpose: Purpose
  /** `submit the request`, `log in`. */
  readonly what: string
  readonly mayDouble: boolean
  readonly data: Data
  readonly signal: AbortSignal
  readonly log: Log
}

/** What an answer was, and what it means: success, pending, or a login that no longer holds. */
export interface Ran {
  readonly answer: HttpAnswer
  readonly verdict: Verdict & { readonly is: 'success' | 'pending' | 'unauthorized' }
  readonly doing: Doing
  /** The failure that `unauthorized` is where no other login helps. */
  fault(): SignFailure
}

/** Runs steps: renders, sends, judges. Failures are SignFailures. */
export class StepRunner {
  readonly #options: RunnerOptions
  readonly #slots: Slots

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#slots = new Slots(options.config.maxConcurrentCalls)
  }

  async run(run: Run): Promise<Ran> {
    const { step, what, mayDouble, response } = run
    const doing = { at: `Cannot ${what} at PKI "${step.server.host}"`, mayDouble }
    const request = await this.#render(run)
    const pool = await this.#options.connections.to(run.peer, run.signal)
    const answer = await this.#send(pool, request, run, doing)
    const { is, message } = judge(answer, response.rules, run.purpose)
    const code = codeIn(answer, response.code)
    const fault = () => refusal(answer, { is: 'unauthorized', message }, code, doing)
    if (is === 'success' || is === 'pending' || is === 'unauthorized')
      return { answer, verdict: { is, message }, doing, fault }
    throw refusal(answer, { is, message }, code, doing)
  }

  async #render(run: Run): Promise<HttpRequest> {
    const { step, data, signal } = run
    const nowMs = this.#options.clock.now()
    try {
      return await step.render(new Map([...data, ...(await this.#made(run, nowMs))]), { nowMs, signal })
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      const { at, why } = templateWords(error)
      throw new SignFailure('Refused', `Cannot make ${at} of this request: ${why}`, { cause: error })
    }
  }

  /** The variables that are made for this run alone. */
  async #made({ step, data, signal }: Run, nowMs: number): Promise<readonly (readonly [string, Input])[]> {
    const { config, ports } = this.#options
    const wanted = sources.filter((it) => it.has(config) && step.mentions(it.variable))
    const make = async (it: (typeof sources)[number]) =>
      [it.variable, await it.make({ config, ports, data, nowMs, signal })] as const
    return Promise.all(wanted.map(make))
  }

  async #send(
    pool: Dispatcher,
    request: HttpRequest,
    { signal, log, step }: Run,
    doing: Doing,
  ): Promise<HttpAnswer> {
    const { bodies, clock, config } = this.#options
    const options = { at: doing.at, signal, timeoutMs: config.timeouts.request, bodies, clock }
    const startedMs = clock.monotonic()
    let isItsTurn = false
    const work = () => {
      isItsTurn = true
      return send(pool, request, options)
    }
    try {
      const answer = await this.#slots.run(signal, work)
      const ms = Math.round(clock.monotonic() - startedMs)
      log.debug({ step: step.name, server: step.server.host, status: answer.status, ms }, 'PKI answered')
      return answer
    } catch (error) {
      if (error instanceof NotAnswered) throw unanswered(error, doing)
      throw isItsTurn ? error : (withoutTurn(error, doing) ?? error)
    }
  }
}
