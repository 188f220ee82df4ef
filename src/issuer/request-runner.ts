import { randomUUID } from 'node:crypto'
import type { ExternalIssuer } from '../api/externalissuer.ts'
import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { ControllerMetrics } from '../runtime/controller-metrics.ts'
import { PerObject } from '../runtime/per-object.ts'
import type { Runner } from '../runtime/runner.ts'
import type { Wish } from '../runtime/wish.ts'
import type { Log } from '../std/log.ts'
import type { IssuerGate } from './issuer-gate.ts'
import { type IssuerName, issuerKeyOf } from './issuer-name.ts'
import { judgeIssuer } from './issuer-readiness.ts'
import { objectionTo } from './namespace-objection.ts'
import type { Memory } from './request-memory.ts'
import { RequestOutcomes, type RequestOutcomesOptions } from './request-outcomes.ts'
import { isTooEarly, mostChanges, pollLater, type Ready, type Run, retry, settled } from './request-run.ts'
import { RequestSigning, type RequestSigningOptions } from './request-signing.ts'
import { Changed, Gone } from './request-writer.ts'

export interface RequestRunnerOptions<T extends KubeObject>
  extends RequestSigningOptions<T>,
    RequestOutcomesOptions<T> {
  readonly gate: IssuerGate
  readonly findIssuer: (issuer: IssuerName) => ExternalIssuer | undefined
  readonly labelsOf: (namespace: string, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>
  readonly metrics: ControllerMetrics
  readonly log: Log
}

/**
 * Reconciles requests for certificates (behaviours R1-R30 of the research). One status write per transition; nothing
 * is signed that is not approved at that moment; the CA is handed a request once, however often its status could not
 * be written.
 */
export class RequestRunner<T extends KubeObject> implements Runner<T> {
  readonly #options: RequestRunnerOptions<T>
  /** A request made anew under its name begins with one of its own. */
  readonly #memories = new PerObject<Memory>()
  readonly #outcomes: RequestOutcomes<T>
  readonly #signing: RequestSigning<T>

  constructor(options: RequestRunnerOptions<T>) {
    this.#options = options
    this.#outcomes = new RequestOutcomes(options, this.#memories)
    this.#signing = new RequestSigning(options, this.#outcomes)
  }

  async run(object: T, { signal }: { failures: number; signal: AbortSignal }): Promise<Wish> {
    const { form, log, clock, metrics, gate } = this.#options
    const key = keyOf(object.metadata)
    const run: Run = {
      key,
      signal,
      memory: this.#memories.of(object.metadata, () => ({ failsSinceMs: form.failsSinceOf(object) })),
      log: log.child({ key, uid: object.metadata.uid, reconcileId: randomUUID() }),
    }
    const startMs = clock.monotonic()
    const wish = await this.#settle(object, run)
    gate.leave(key)
    metrics.ran({ key, ...effectOf(wish), tookMs: clock.monotonic() - startMs })
    return wish
  }

  /** What was written is kept until the cache has it, and not for as long as the request lies there. */
  seen(object: T): void {
    this.#options.writer.newest(object)
  }

  gone(key: ObjectKey): void {
    const { writer, gate, metrics } = this.#options
    writer.forget(key)
    gate.leave(key, { isGone: true })
    this.#outcomes.over({ key })
    metrics.gone(key)
  }

  isNew(object: T): boolean {
    return !this.#options.form.hasStarted(object)
  }

  /** Decides again on what is there now, as long as others write the request while it is worked on. */
  async #settle(object: T, run: Run): Promise<Wish> {
    let request = this.#options.writer.newest(object)
    try {
      for (let change = 1; change <= mostChanges; change++) {
        try {
          return await this.#step(request, run)
        } catch (error) {
          if (!(error instanceof Changed)) throw error
          request = error.live as T
        }
      }
      return retry
    } catch (error) {
      if (run.signal.aborted) return { kind: 'drop' }
      if (error instanceof Gone) return settled
      run.log.warn({ err: error }, 'Cannot finish the request: the API server refused')
      return retry
    }
  }

  async #step(request: T, run: Run): Promise<Wish> {
    const { form, clock } = this.#options
    const name = form.issuerOf(request)
    if (name === undefined || request.metadata.deletionTimestamp !== undefined)
      return this.#outcomes.over(run)
    const state = form.stateOf(request)
    if (state === 'final') return this.#outcomes.over(run)
    if (state === 'denied') return this.#outcomes.deny(request, name, run)
    if (state === 'unapproved') return settled
    this.#outcomes.waits(request, name, run)
    const { published } = run.memory
    if (published !== undefined) return this.#outcomes.issue(request, name, published, run)
    if (isTooEarly(run, clock)) return pollLater(run, clock)
    return this.#toIssuer(request, name, run)
  }

  /** What the issuer lets happen to an approved request. */
  async #toIssuer(request: T, name: IssuerName, run: Run): Promise<Wish> {
    const readiness = judgeIssuer(name, { ...this.#options, find: this.#options.findIssuer })
    if (readiness.kind === 'unknown') return settled
    if (readiness.kind === 'wait') {
      await this.#outcomes.wait(request, readiness, run)
      return settled
    }
    const objection = await this.#objectionTo(request, name, readiness, run)
    if (objection?.isFinal === true) return this.#outcomes.fail(request, name, objection, run)
    if (objection !== undefined) {
      await this.#outcomes.wait(request, objection, run)
      return retry
    }
    if (!this.#options.gate.enter(issuerKeyOf(name), run.key)) return settled
    const wish = await this.#signing.sign({ request, name, ready: readiness }, run)
    return wish === 'issuer fault' ? this.#step(request, run) : wish
  }

  #objectionTo(request: T, name: IssuerName, { issuer }: Ready, { signal }: Run) {
    const { labelsOf } = this.#options
    return objectionTo(request.metadata.namespace, { name, issuer }, (it) => labelsOf(it, signal))
  }
}

function effectOf(wish: Wish) {
  const isAgain = wish.kind === 'next' && wish.next.kind === 'again'
  const result = wish.kind === 'retry' ? 'error' : isAgain ? 'requeue_after' : 'success'
  return { result, timedOut: false, isDefect: false, userMustAct: false } as const
}
