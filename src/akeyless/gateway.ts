import type { Dispatcher } from 'undici'
import { failure } from '../api/reason.ts'
import { KeptBack } from '../net/gated.ts'
import type { LargeBodies } from '../net/large-bodies.ts'
import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { SharedWork } from '../std/shared-work.ts'
import { Slots } from '../std/slots.ts'
import { findBase } from './base.ts'
import { endOfAnswer, endOfError } from './call-end.ts'
import type { CallEnd, Circuit, Pass } from './circuit.ts'
import type { GatewayUrl } from './gateway-url.ts'
import { type Answer, post } from './http.ts'
import type { AkeylessObserver } from './observer.ts'
import type { Patience } from './patience.ts'
import { ReturnWatch } from './return-watch.ts'

export interface GatewayOptions {
  readonly url: GatewayUrl
  readonly pool: Dispatcher
  readonly maxConcurrentCalls: number
  readonly callTimeoutMs: number
  readonly probeTimeoutMs: number
  readonly clock: Clock
  readonly observer: AkeylessObserver
  readonly circuit: Circuit
  readonly patience: Patience
  /** For so long a call waits for the end of a pause that the Gateway asked for. */
  readonly waitMs: number
  readonly bodies: LargeBodies
}

export interface CallOptions {
  readonly signal: AbortSignal
  /** What is being done, for messages: `read item "/a"`. */
  readonly what: string
}

/** What the search for a Gateway that is back is called in metrics. */
const lifeCall = 'revive'
/** A list comes whole or by thousands, at some hundred bytes an item. */
const maxListBytes = 8 * 1024 * 1024
/** What is not sent twice: a login that was refused before the cut would count twice, what was minted is there twice. */
const onceOnly = /^(auth|get-dynamic-|dynamic-|get-pki-|get-ssh-|rotate)/

/** One Gateway under one CA: its connections, the base path that answers, and a bound on the calls at a time. */
export class Gateway {
  readonly host: string
  readonly #options: GatewayOptions
  readonly #slots: Slots
  readonly #probe = new SharedWork<string>()
  readonly #closing = new AbortController()
  readonly #returns: ReturnWatch
  #base: string | undefined
  #lastGoodBase: string | undefined

  constructor(options: GatewayOptions) {
    this.#options = options
    this.host = options.url.host
    this.#slots = new Slots(options.maxConcurrentCalls)
    this.#returns = new ReturnWatch({
      clock: options.clock,
      probe: () => this.#askForLife(),
      onReturn: () => options.observer.onReturn?.(this.host),
    })
  }

  /** Aborted when the Gateway is closed; for work that outlives the caller who started it. */
  get closed(): AbortSignal {
    return this.#closing.signal
  }

  /**
   * `POST {base}/{command}` once there is a slot. Any status is an answer, a 429 when its pause is too long to wait
   * for; throws Failures as `post` and the circuit do.
   */
  async call(command: string, body: object, options: CallOptions): Promise<Answer> {
    const untilMs = this.#waitUntilMs()
    const base = await this.base(options.signal)
    const send = () =>
      this.#post(`${base}/${command}`, command, body, this.#options.callTimeoutMs, options, untilMs)
    const isWorthWaiting = () => !onceOnly.test(command) && this.#options.circuit.isOpenBy(untilMs)
    let answer = await send()
    while (answer.status === 429 && isWorthWaiting()) answer = await send()
    // Another page than the API's stands at this base: perhaps the Gateway moved, so look again next time.
    const isElsewhere = command === 'validate-token' && answer.status === 404
    if ((!answer.isJson && answer.status < 429) || isElsewhere) this.#base = undefined
    return answer
  }

  /** The origin and base path under which the API answers; asked for once. */
  async base(signal: AbortSignal): Promise<string> {
    this.#base ??= await this.#probe.join('', () => this.#findBase(), signal)
    return this.#options.url.origin + this.#base
  }

  /** Runs work that calls this Gateway, for as long as there is hope of an answer; throws as `Patience` does. */
  attend<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#options.patience.attend(signal, run)
  }

  /** The same for work that is not to be given up. */
  async attendToTheEnd<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#options.patience.attendToTheEnd(signal, run)
  }

  async close(): Promise<void> {
    this.#closing.abort(
      failure('GatewayUnreachable', `Cannot ask gateway "${this.host}": Keyferry is stopping`),
    )
    this.#returns.stop()
    this.#options.circuit.end()
    await this.#options.pool.destroy()
  }

  /** Any answer will do: it is the call that costs a Gateway least. */
  #askForLife(): Promise<Answer> {
    const { url, probeTimeoutMs } = this.#options
    const target = `${url.origin}${this.#lastGoodBase ?? ''}/validate-token`
    const options = { signal: this.closed, what: 'see whether it is back' }
    return this.#post(target, lifeCall, undefined, probeTimeoutMs, options, this.#waitUntilMs())
  }

  async #findBase(): Promise<string> {
    const { url, probeTimeoutMs } = this.#options
    const options = { signal: this.closed, what: 'find the API' }
    try {
      this.#lastGoodBase = await findBase(url, (base) =>
        this.#post(
          `${url.origin}${base}/validate-token`,
          'probe',
          undefined,
          probeTimeoutMs,
          options,
          this.#waitUntilMs(),
        ),
      )
      return this.#lastGoodBase
    } catch (error) {
      throw this.#lastGoodBase === undefined ? error : transient(error, this.host)
    }
  }

  #post(
    target: string,
    command: string,
    body: object | undefined,
    timeoutMs: number,
    { signal, what }: CallOptions,
    untilMs: number,
  ): Promise<Answer> {
    const { url, pool, bodies } = this.#options
    const { origin, host } = url
    const path = target.slice(origin.length)
    const repeatable = !onceOnly.test(command)
    const more = command === 'list-items' ? { maxBodyBytes: maxListBytes } : {}
    return this.#slots.run(signal, () =>
      this.#counted(command, signal, untilMs, () =>
        post(pool, { origin, host, path, body, what, signal, timeoutMs, repeatable, bodies, ...more }),
      ),
    )
  }

  async #counted(
    call: string,
    signal: AbortSignal,
    untilMs: number,
    send: () => Promise<Answer>,
  ): Promise<Answer> {
    const { observer, circuit, patience, clock } = this.#options
    const pass = await circuit.enter(signal, untilMs)
    const startedMs = clock.monotonic()
    const tookMs = () => clock.monotonic() - startedMs
    try {
      const answer = await send()
      patience.ended(true, tookMs())
      this.#ended(call, pass, endOfAnswer(answer, this.host, tookMs()))
      observer.onCall?.({ provider: 'akeyless', call, code: String(answer.status), tookMs: tookMs() })
      return answer
    } catch (error) {
      // What somebody no longer waits for, or was not sent, tells nothing of the Gateway.
      const isAbandoned = signal.aborted || error instanceof KeptBack
      if (!isAbandoned) patience.ended(false, tookMs())
      const end = endOfError(error, this.host, tookMs())
      this.#ended(call, pass, isAbandoned ? { kind: 'abandoned' } : end)
      const code = error instanceof Failure ? error.reason : 'Aborted'
      observer.onCall?.({ provider: 'akeyless', call, code, tookMs: tookMs() })
      throw error
    }
  }

  #ended(call: string, pass: Pass, end: CallEnd): void {
    this.#options.circuit.ended(pass, end)
    this.#returns.ended(end.kind, call === lifeCall)
  }

  #waitUntilMs(): number {
    return this.#options.clock.monotonic() + this.#options.waitMs
  }
}

/** A Gateway that answered before is not configured wrongly: what looks like it is an outage in front of it. */
function transient(error: unknown, host: string): unknown {
  if (!(error instanceof Failure) || error.reason !== 'InvalidSpec') return error
  return failure(
    'UnexpectedResponse',
    `Cannot find the API at gateway "${host}": it answered before and does not now`,
  )
}
