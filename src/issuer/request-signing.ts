import type { KubeObject } from '../kube/object.ts'
import type { Wish } from '../runtime/wish.ts'
import { type Answer, CaCalls, type CaCallsOptions } from './ca-calls.ts'
import type { FaultDesk } from './fault-desk.ts'
import { issuerKeyOf } from './issuer-name.ts'
import { judgeFailure } from './judge-failure.ts'
import type { IssuerObserver } from './observer.ts'
import type { OpenedSigner } from './opened-signers.ts'
import type { Checkpoint } from './request-form.ts'
import type { RequestOutcomes } from './request-outcomes.ts'
import { pollLater, type Ready, type Run, restFor, restOf, retry, type Signing } from './request-run.ts'
import { Changed, Gone } from './request-writer.ts'

export interface RequestSigningOptions<T extends KubeObject> extends CaCallsOptions<T> {
  readonly desk: FaultDesk
  readonly observer: IssuerObserver
}

/** What may pass with time. */
interface Passing {
  readonly reason: string
  readonly message: string
  readonly retryAfterMs: number
}

const pendingMessage = 'The CA has not decided yet'

/** Submits requests to CAs, asks what became of them, and bears failures that may pass for as long as it may. */
export class RequestSigning<T extends KubeObject> {
  readonly #options: RequestSigningOptions<T>
  readonly #outcomes: RequestOutcomes<T>
  readonly #calls: CaCalls<T>

  constructor(options: RequestSigningOptions<T>, outcomes: RequestOutcomes<T>) {
    this.#options = options
    this.#outcomes = outcomes
    this.#calls = new CaCalls(options)
  }

  /** Gives `issuer fault` when the issuer's own access failed, which its desk was told. */
  async sign(signing: Signing<T>, run: Run): Promise<Wish | 'issuer fault'> {
    const { form, clock, observer } = this.#options
    const onRecord = form.checkpointOf(signing.request)
    const known = run.memory.checkpoint
    // An id that could not be written goes on record before the CA is asked for it.
    if (onRecord === undefined && known !== undefined)
      return this.#pend(signing, { checkpoint: known, message: pendingMessage, pollAfterMs: 0 }, run)
    const restMs = restOf(signing, run, clock)
    if (restMs > 0) return { kind: 'next', next: { kind: 'again', afterMs: restMs } }
    const startMs = clock.monotonic()
    const step = onRecord === undefined ? 'submit' : 'poll'
    try {
      const answer = await this.#calls.ask({ ...signing, ...signing.ready, onRecord }, run)
      observer.called(issuerKeyOf(signing.name), step, clock.monotonic() - startMs)
      return await this.#take(signing, answer, onRecord, run)
    } catch (error) {
      if (error instanceof Changed || error instanceof Gone || run.signal.aborted) throw error
      return this.#failed(signing, error, onRecord, run)
    }
  }

  #take(signing: Signing<T>, answer: Answer<T>, onRecord: Checkpoint | undefined, run: Run): Promise<Wish> {
    const { memory } = run
    // What the answer is written on is the request as it was read, not as the cache has it.
    const { result, published, live: request } = answer
    memory.failsSinceMs = undefined
    if (result.kind === 'pending') {
      const checkpoint = { id: result.id, sinceMs: onRecord?.sinceMs ?? this.#options.clock.now() }
      const { message, pollAfterMs } = result
      return this.#pend({ ...signing, request }, { checkpoint, message, pollAfterMs }, run)
    }
    memory.published = published
    this.#options.desk.issued(signing.ready.issuer.metadata.uid ?? '')
    this.#outcomes.signed(request, signing.name, run)
    if (published === undefined) return Promise.resolve(retry)
    return this.#outcomes.issue(request, signing.name, published, run)
  }

  async #pend(
    { request, name, ready }: Signing<T>,
    { checkpoint, message, pollAfterMs }: { checkpoint: Checkpoint; message: string; pollAfterMs: number },
    run: Run,
  ): Promise<Wish> {
    const { clock } = this.#options
    const limitMs = ready.opened.signer.pendingLimitMs ?? Number.POSITIVE_INFINITY
    if (clock.now() - checkpoint.sinceMs >= limitMs) {
      const late = `The CA did not decide within ${Math.round(limitMs / 1000)} s: ${message}`
      return this.#outcomes.fail(request, name, { reason: 'PendingTooLong', message: late }, run)
    }
    run.memory.checkpoint = checkpoint
    await this.#outcomes.pend(request, checkpoint, message, run)
    const leftMs = checkpoint.sinceMs + limitMs - clock.now()
    run.memory.pollAtMs = clock.monotonic() + Math.min(pollAfterMs, leftMs)
    return pollLater(run, clock)
  }

  async #failed(
    signing: Signing<T>,
    error: unknown,
    onRecord: Checkpoint | undefined,
    run: Run,
  ): Promise<Wish | 'issuer fault'> {
    const { desk, observer } = this.#options
    const { request, name, ready } = signing
    const judged = judgeFailure(error)
    if (judged.kind === 'cluster') throw error
    if (judged.kind === 'refused') return this.#outcomes.fail(request, name, judged, run)
    const { reason, message } = judged
    observer.ended(issuerKeyOf(name), 'error', reason)
    run.log.warn({ reason, detail: message }, 'Cannot sign')
    if (judged.kind === 'issuer') {
      if (this.#isItsOwn(ready, run)) return this.#bear(signing, { reason, message, retryAfterMs: 0 }, run)
      desk.report(name, ready.issuer.metadata.uid ?? '', message)
      return 'issuer fault'
    }
    if (judged.isDefect) run.log.error({ err: error }, 'Signing broke: this is a defect of the manager')
    if (reason === 'Unknown' && onRecord === undefined) observer.doubted(issuerKeyOf(name))
    return this.#bear(signing, judged, run)
  }

  /**
   * Whether a fault is no fault of the issuer: it has issued certificates to others since this very request reported
   * the like of it. One tenant's request must not hold up all others for ever.
   */
  #isItsOwn({ issuer }: Ready, { memory }: Run): boolean {
    const issued = this.#options.desk.issuedBy(issuer.metadata.uid ?? '')
    if (memory.reportedAt !== undefined && issued > memory.reportedAt) return true
    memory.reportedAt = issued
    return false
  }

  /** Tries again later, while there is time. */
  async #bear(signing: Signing<T>, judged: Passing, run: Run): Promise<Wish> {
    const { request, name, ready } = signing
    const { reason, message, retryAfterMs } = judged
    const leftMs = this.#leftMs(ready.opened, run)
    if (leftMs <= 0) {
      const windowS = Math.round(ready.opened.signer.retryWindowMs / 1000)
      const late = `The retryWindow of ${windowS} s is over: ${message}`
      return this.#outcomes.fail(request, name, { reason, message: late }, run)
    }
    await this.#outcomes.wait(request, { reason: 'RetryableError', message }, run)
    restFor(signing, run, this.#options.clock.monotonic() + Math.min(retryAfterMs, leftMs))
    return { kind: 'retry', atLeastMs: retryAfterMs, atMostMs: leftMs }
  }

  /**
   * For how long failures that may pass are still borne. A request may be old before it is first tried, by an approval
   * or an issuer that was away: only the time of failing tries counts, of submits and of polls (R19).
   */
  #leftMs({ signer }: OpenedSigner, { memory }: Run): number {
    const nowMs = this.#options.clock.now()
    memory.failsSinceMs = Math.min(memory.failsSinceMs ?? nowMs, nowMs)
    return memory.failsSinceMs + signer.retryWindowMs - nowMs
  }
}
