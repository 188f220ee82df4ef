import type { Clock } from '../../std/clock.ts'
import type { Log } from '../../std/log.ts'
import { Redacted } from '../../std/redacted.ts'
import type { CompiledStep } from './compiled-step.ts'
import type { Peer } from './connections.ts'
import { textAt } from './extract.ts'
import { unusable } from './failures.ts'
import type { RefreshToken } from './refresh-token.ts'
import type { Pki } from './schema.ts'
import type { Ran, Run, StepRunner } from './step-runner.ts'
import type { Steps } from './steps.ts'
import type { Data } from './template-set.ts'
import { type Token, TokenCache, type TokenSource } from './token.ts'
import { lifeMs } from './token-life.ts'

export interface AccessOptions {
  readonly config: Pki
  readonly steps: Steps
  readonly runner: StepRunner
  readonly clock: Clock
  readonly log: Log
  /** The variables of the login. */
  readonly variables: () => Data
  /** Where the login is no step of ours. */
  readonly tokens?: TokenSource | undefined
  /** Where each login replaces what it logs in by. */
  readonly refresh?: RefreshToken | undefined
}

/** What a run needs beside its server and its login. */
export type Attempt = Omit<Run, 'peer'>

/** Runs steps with the token of the issuer; a token that is refused is renewed once. */
export class Access {
  readonly #options: AccessOptions
  readonly #tokens: TokenSource | undefined

  constructor(options: AccessOptions) {
    const { config, steps, clock } = options
    this.#options = options
    const { login } = config
    this.#tokens =
      options.tokens ??
      (steps.login &&
        login &&
        new TokenCache({ login: (signal) => this.#login(signal), clock, renewBeforeMs: login.renewBefore }))
  }

  /** Proves that the login works, by a token that it gives or gave; true when its server was asked just now. */
  async prove(signal: AbortSignal): Promise<boolean> {
    return (await this.#tokens?.get(signal))?.isFresh === true
  }

  /** Runs a step; throws `IssuerFault` where the PKI does not accept what a login has just given. */
  async run(attempt: Attempt): Promise<Ran> {
    const { step, data, signal } = attempt
    const token = step.mentions('token') ? await this.#tokens?.get(signal) : undefined
    const ran = await this.#once({ ...attempt, data: withToken(data, token?.value) })
    if (ran.verdict.is !== 'unauthorized') return ran
    if (token !== undefined) this.#tokens?.drop(token.value)
    if (token === undefined || token.isFresh) throw ran.fault()
    return this.run(attempt)
  }

  /** Ends at once, but for a login whose answer must be kept. */
  async close(): Promise<void> {
    this.#tokens?.close()
    await this.#options.refresh?.settled()
  }

  #once(attempt: Attempt): Promise<Ran> {
    return this.#options.runner.run({ ...attempt, peer: peerOf(attempt.step, this.#options.config) })
  }

  async #login(signal: AbortSignal): Promise<Token> {
    const { refresh, variables } = this.#options
    return refresh === undefined
      ? this.#loginWith(variables(), signal)
      : refresh.use((own, kept) => this.#loginWith(new Map([...variables(), ...own]), kept))
  }

  async #loginWith(data: Data, signal: AbortSignal): Promise<Token> {
    const { config, steps, clock, log, refresh } = this.#options
    const { login } = config
    if (steps.login === undefined || login === undefined) throw new Error('there is no login')
    const { response, defaultTTL } = login
    const purpose = { purpose: 'access' as const, what: 'log in', mayDouble: false }
    const ran = await this.#once({ step: steps.login, response, ...purpose, data, signal, log })
    const next = response.refreshToken && textAt(ran.answer, response.refreshToken)
    if (ran.verdict.is === 'success' && next !== undefined) await refresh?.keep(new Redacted(next))
    if (ran.verdict.is === 'unauthorized') throw ran.fault()
    const token = textAt(ran.answer, response.token)
    const problem = ran.answer.problem ?? 'the answer holds no token at login.response.token'
    if (token === undefined || !isSendable(token)) throw unusable(ran.answer, problem, ran.doing)
    return {
      value: new Redacted(token),
      lifeMs: lifeMs(ran.answer, response.ttl, clock.now()) ?? defaultTTL,
    }
  }
}

/** The server of a step, and the trust that holds for it. */
export function peerOf(step: CompiledStep, config: Pki): Peer {
  const named: Readonly<Record<string, { readonly tls?: Peer['tls'] | undefined } | undefined>> = {
    login: config.login,
    submit: config.submit,
    poll: config.poll,
    fetch: config.fetch,
    health: config.health,
    reset: config.reset,
    authorities: config.authorities,
  }
  const own = named[step.name]?.tls
  if (own === undefined) return { server: step.server, tls: config.tls, path: 'tls' }
  return { server: step.server, tls: own, path: `${step.name}.tls` }
}

function withToken(data: Data, token: Redacted | undefined): Data {
  return token === undefined ? data : new Map([...data, ['token', token.reveal()]])
}

/** A token goes into headers; what could end one is none. */
function isSendable(token: string): boolean {
  return token.length <= 65_536 && /^[\u0020-\u007e]+$/.test(token)
}
