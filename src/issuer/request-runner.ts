import { randomUUID } from 'node:crypto'
import type { ExternalIssuer } from '../api/externalissuer.ts'
import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { ControllerMetrics } from '../runtime/controller-metrics.ts'
import type { EventRecorder } from '../runtime/events.ts'
import type { Runner } from '../runtime/runner.ts'
import type { Wish } from '../runtime/wish.ts'
import type { Log } from '../std/log.ts'
import { admits } from './allowed-namespaces.ts'
import { type Answer, CaCalls, type CaCallsOptions } from './ca-calls.ts'
import type { FaultDesk } from './fault-desk.ts'
import type { IssuerGate } from './issuer-gate.ts'
import { type IssuerName, issuerKeyOf, titleOf } from './issuer-name.ts'
import { judgeIssuer, type Readiness } from './issuer-readiness.ts'
import { judgeFailure } from './judge-failure.ts'
import type { IssuerObserver } from './observer.ts'
import type { OpenedSigner } from './opened-signers.ts'
import type { Checkpoint, Outcome, Published } from './request-form.ts'
import { type Memory, RequestMemories } from './request-memory.ts'
import { RequestVoice } from './request-voice.ts'
import { Changed, Gone } from './request-writer.ts'

export interface RequestRunnerOptions<T extends KubeObject> extends CaCallsOptions<T> {
  readonly name: string
  readonly desk: FaultDesk
  readonly gate: IssuerGate
  readonly findIssuer: (issuer: IssuerName) => ExternalIssuer | undefined
  readonly labelsOf: (namespace: string, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>
  readonly events: EventRecorder
  readonly metrics: ControllerMetrics
  readonly observer: IssuerObserver
  readonly log: Log
}

/** What every step of one run needs. */
interface Run {
  readonly key: ObjectKey
  readonly uid: string
  readonly log: Log
  readonly signal: AbortSignal
  readonly memory: Memory
}

type Ready = Extract<Readiness, { kind: 'ready' }>

interface Signing<T> {
  readonly request: T
  readonly name: IssuerName
  readonly ready: Ready
}

const settled: Wish = { kind: 'next', next: { kind: 'settled' } }
const retry: Wish = { kind: 'retry', atLeastMs: 0, atMostMs: Number.POSITIVE_INFINITY }
/** Of one run; somebody who writes a request without end gets the next turn. */
const mostChanges = 5

/**
 * Reconciles requests for certificates (behaviours R1-R30 of the research). One status write per transition; nothing
 * is signed that is not approved at that moment; the CA is handed a request once, however often its status could not
 * be written.
 */
export class RequestRunner<T extends KubeObject> implements Runner<T> {
  readonly #options: RequestRunnerOptions<T>
  readonly #memories = new RequestMemories()
  readonly #calls: CaCalls<T>
  readonly #voice: RequestVoice<T>

  constructor(options: RequestRunnerOptions<T>) {
    this.#options = options
    this.#calls = new CaCalls(options)
    this.#voice = new RequestVoice(options)
  }

  async run(object: T, { signal }: { failures: number; signal: AbortSignal }): Promise<Wish> {
    const { log, clock, metrics, gate } = this.#options
    const key = keyOf(object.metadata)
    const uid = object.metadata.uid ?? ''
    const run: Run = {
      key,
      uid,
      signal,
      memory: this.#memories.of(key, uid),
      log: log.child({ key, uid, reconcileId: randomUUID() }),
    }
    const startMs = clock.monotonic()
    const wish = await this.#settle(object, run)
    gate.leave(key)
    metrics.ran({ key, ...effectOf(wish), tookMs: clock.monotonic() - startMs })
    return wish
  }

  gone(key: ObjectKey): void {
    const { writer, gate, observer, metrics } = this.#options
    writer.forget(key)
    gate.leave(key, { isGone: true })
    observer.waitsNoMore(this.#title(key))
    metrics.gone(key)
    this.#memories.forget(key)
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
    const { form, observer, gate } = this.#options
    const name = form.issuerOf(request)
    if (name === undefined || request.metadata.deletionTimestamp !== undefined) return this.#over(run)
    const state = form.stateOf(request)
    if (state === 'final') return this.#over(run)
    if (state === 'denied') return this.#deny(request, name, run)
    if (state === 'unapproved') return settled
    observer.waits(this.#title(run.key), issuerKeyOf(name), createdMs(request))
    const { published } = run.memory
    if (published !== undefined) return this.#issue(request, name, published, run)
    if (this.#isTooEarly(run)) return this.#pollLater(run)
    const readiness = judgeIssuer(name, { ...this.#options, find: this.#options.findIssuer })
    if (readiness.kind === 'unknown') return settled
    if (readiness.kind === 'wait') return this.#wait(request, readiness, run)
    if (!(await this.#isAllowed(request, readiness, run))) return this.#refuseNamespace(request, name, run)
    if (!gate.enter(issuerKeyOf(name), run.key)) return settled
    return this.#sign({ request, name, ready: readiness }, run)
  }

  /** Nothing is left to do for the request. */
  #over({ key }: Run): Wish {
    this.#memories.forget(key)
    this.#options.observer.waitsNoMore(this.#title(key))
    return settled
  }

  async #deny(request: T, name: IssuerName, run: Run): Promise<Wish> {
    const written = await this.#write(request, { kind: 'denied' }, run)
    if (written !== undefined) this.#options.observer.ended(issuerKeyOf(name), 'denied', 'Denied')
    return this.#over(run)
  }

  async #wait(request: T, { reason, message }: { reason: string; message: string }, run: Run): Promise<Wish> {
    const written = await this.#write(request, { kind: 'waiting', message }, run)
    if (written !== undefined) this.#voice.tell(request, 'Normal', reason, message)
    return settled
  }

  async #isAllowed(request: T, { issuer }: Ready, { signal }: Run): Promise<boolean> {
    const { allowedNamespaces } = issuer.spec
    const { labelsOf } = this.#options
    return admits(allowedNamespaces, request.metadata.namespace, (name) => labelsOf(name, signal))
  }

  #refuseNamespace(request: T, name: IssuerName, run: Run): Promise<Wish> {
    const where =
      request.metadata.namespace === undefined ? 'no namespace' : `namespace "${request.metadata.namespace}"`
    const message = `${titleOf(name)} does not allow requests of ${where}: see its spec.allowedNamespaces`
    return this.#fail(request, name, { reason: 'NamespaceNotAllowed', message }, run)
  }

  async #sign(signing: Signing<T>, run: Run): Promise<Wish> {
    const { form, clock } = this.#options
    const onRecord = form.checkpointOf(signing.request)
    const known = run.memory.checkpoint
    // An id that could not be written goes on record before the CA is asked for it.
    if (onRecord === undefined && known !== undefined)
      return this.#pend(signing, { checkpoint: known, message: pendingMessage, pollAfterMs: 0 }, run)
    const startMs = clock.monotonic()
    const step = onRecord === undefined ? 'submit' : 'poll'
    try {
      const answer = await this.#calls.ask({ ...signing, ...signing.ready, onRecord }, run)
      this.#options.observer.called(issuerKeyOf(signing.name), step, clock.monotonic() - startMs)
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
    memory.pollFailsSinceMs = undefined
    if (result.kind === 'pending') {
      const checkpoint = { id: result.id, sinceMs: onRecord?.sinceMs ?? this.#options.clock.now() }
      const { message, pollAfterMs } = result
      return this.#pend({ ...signing, request }, { checkpoint, message, pollAfterMs }, run)
    }
    memory.published = published
    this.#options.desk.issued(signing.ready.issuer.metadata.uid ?? '')
    this.#voice.audit(request, signing.name, 'issued', run.log)
    if (published === undefined) return Promise.resolve(retry)
    return this.#issue(request, signing.name, published, run)
  }

  async #issue(request: T, name: IssuerName, published: Published, run: Run): Promise<Wish> {
    await this.#write(request, { kind: 'issued', published }, run)
    this.#options.observer.ended(issuerKeyOf(name), 'issued', 'Issued')
    this.#voice.tell(request, 'Normal', 'Issued', `${titleOf(name)} issued the certificate`)
    return this.#over(run)
  }

  async #pend(
    { request, name, ready }: Signing<T>,
    { checkpoint, message, pollAfterMs }: { checkpoint: Checkpoint; message: string; pollAfterMs: number },
    run: Run,
  ): Promise<Wish> {
    const { clock } = this.#options
    const limitMs = ready.opened.signer.pendingLimitMs
    if (limitMs !== undefined && clock.now() - checkpoint.sinceMs >= limitMs) {
      const late = `The CA did not decide within ${Math.round(limitMs / 1000)} s: ${message}`
      return this.#fail(request, name, { reason: 'PendingTooLong', message: late }, run)
    }
    run.memory.checkpoint = checkpoint
    const written = await this.#write(request, { kind: 'pending', checkpoint, message }, run)
    if (written !== undefined) this.#voice.tell(request, 'Normal', 'Pending', message)
    const leftMs =
      limitMs === undefined ? Number.POSITIVE_INFINITY : checkpoint.sinceMs + limitMs - clock.now()
    run.memory.pollAtMs = clock.monotonic() + Math.min(pollAfterMs, leftMs)
    return this.#pollLater(run)
  }

  /** A wake-up of the issuer or an annotation is no reason to ask the CA before its time. */
  #isTooEarly({ memory }: Run): boolean {
    return memory.pollAtMs !== undefined && memory.pollAtMs > this.#options.clock.monotonic()
  }

  #pollLater({ memory }: Run): Wish {
    const afterMs = Math.max(0, (memory.pollAtMs ?? 0) - this.#options.clock.monotonic())
    return { kind: 'next', next: { kind: 'again', afterMs } }
  }

  async #failed(
    signing: Signing<T>,
    error: unknown,
    onRecord: Checkpoint | undefined,
    run: Run,
  ): Promise<Wish> {
    const { desk, observer } = this.#options
    const { name, ready } = signing
    const judged = judgeFailure(error)
    if (judged.kind === 'cluster') throw error
    const request = signing.request
    if (judged.kind === 'refused') return this.#fail(request, name, judged, run)
    const { reason, message } = judged
    observer.ended(issuerKeyOf(name), 'error', reason)
    run.log.warn({ reason, detail: message }, 'Cannot sign')
    if (judged.kind === 'issuer') {
      desk.report(name, ready.issuer.metadata.uid ?? '', message)
      return this.#step(request, run)
    }
    if (judged.isDefect) run.log.error({ err: error }, 'Signing broke: this is a defect of the manager')
    if (reason === 'Unknown' && onRecord === undefined) observer.doubted(issuerKeyOf(name))
    const leftMs = this.#leftMs(request, ready.opened, onRecord, run)
    if (leftMs <= 0) return this.#fail(request, name, judged, run)
    const written = await this.#write(request, { kind: 'waiting', message }, run)
    if (written !== undefined) this.#voice.tell(request, 'Warning', 'RetryableError', message)
    return { kind: 'retry', atLeastMs: judged.retryAfterMs, atMostMs: leftMs }
  }

  /**
   * For how long failures that may pass are still borne. What the CA holds is asked for however old the request is:
   * only the time of failing polls counts then (R19).
   */
  #leftMs(request: T, { signer }: OpenedSigner, onRecord: Checkpoint | undefined, { memory }: Run): number {
    const nowMs = this.#options.clock.now()
    if (onRecord === undefined) return createdMs(request) + signer.retryWindowMs - nowMs
    memory.pollFailsSinceMs ??= nowMs
    return memory.pollFailsSinceMs + signer.retryWindowMs - nowMs
  }

  async #fail(
    request: T,
    name: IssuerName,
    why: { reason: string; message: string },
    run: Run,
  ): Promise<Wish> {
    const { reason, message } = why
    await this.#write(request, { kind: 'failed', message }, run)
    this.#options.observer.ended(issuerKeyOf(name), 'failed', reason)
    this.#voice.tell(request, 'Warning', 'PermanentError', message)
    this.#voice.audit(request, name, reason, run.log)
    return this.#over(run)
  }

  /**
   * Writes what came of the request. Somebody else's write in between changes nothing of that while the request stands
   * where it stood: it is never a reason to ask the CA again (R27).
   */
  async #write(request: T, outcome: Outcome, { signal }: Run): Promise<T | undefined> {
    const { writer, form, clock } = this.#options
    let base = request
    for (let change = 1; ; change++) {
      try {
        return await writer.write(base, outcome, { nowMs: clock.now(), signal })
      } catch (error) {
        if (!(error instanceof Changed) || change === mostChanges || outcome.kind === 'initializing')
          throw error
        base = error.live as T
        if (form.stateOf(base) !== form.stateOf(request)) throw error
      }
    }
  }

  #title(key: ObjectKey): string {
    return `${this.#options.form.kind.kind}/${key}`
  }
}

const pendingMessage = 'The CA has not decided yet'

function createdMs({ metadata }: KubeObject): number {
  const ms = Date.parse(metadata.creationTimestamp ?? '')
  return Number.isNaN(ms) ? 0 : ms
}

function effectOf(wish: Wish) {
  const isAgain = wish.kind === 'next' && wish.next.kind === 'again'
  const result = wish.kind === 'retry' ? 'error' : isAgain ? 'requeue_after' : 'success'
  return { result, timedOut: false, isDefect: false, userMustAct: false } as const
}
