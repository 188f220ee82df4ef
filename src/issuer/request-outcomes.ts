import type { KubeObject, ObjectKey } from '../kube/object.ts'
import type { EventRecorder } from '../runtime/events.ts'
import type { PerObject } from '../runtime/per-object.ts'
import type { Wish } from '../runtime/wish.ts'
import type { Clock } from '../std/clock.ts'
import { type IssuerName, issuerKeyOf, titleOf } from './issuer-name.ts'
import type { IssuerObserver } from './observer.ts'
import type { Checkpoint, Outcome, Published, RequestForm } from './request-form.ts'
import type { Memory } from './request-memory.ts'
import { createdMs, mostChanges, type Run, settled } from './request-run.ts'
import { RequestVoice } from './request-voice.ts'
import { Changed, type RequestWriter } from './request-writer.ts'

export interface RequestOutcomesOptions<T extends KubeObject> {
  readonly name: string
  readonly form: RequestForm<T>
  readonly writer: RequestWriter<T>
  readonly events: EventRecorder
  readonly observer: IssuerObserver
  readonly clock: Clock
}

/** Puts on record what came of a request: in its status, by one write per transition, in Events, metrics and the audit log. */
export class RequestOutcomes<T extends KubeObject> {
  readonly #options: RequestOutcomesOptions<T>
  readonly #memories: PerObject<Memory>
  readonly #voice: RequestVoice<T>

  constructor(options: RequestOutcomesOptions<T>, memories: PerObject<Memory>) {
    this.#options = options
    this.#memories = memories
    this.#voice = new RequestVoice(options)
  }

  /** An approved request is without a certificate yet. */
  waits(request: T, issuer: IssuerName, { key }: Run): void {
    this.#options.observer.waits(this.#title(key), issuerKeyOf(issuer), createdMs(request))
  }

  /** Nothing is left to do for the request. */
  over({ key }: Pick<Run, 'key'>): Wish {
    this.#memories.forget(key)
    this.#options.observer.waitsNoMore(this.#title(key))
    return settled
  }

  async deny(request: T, name: IssuerName, run: Run): Promise<Wish> {
    const written = await this.#write(request, { kind: 'denied' }, run)
    if (written !== undefined) this.#options.observer.ended(issuerKeyOf(name), 'denied', 'Denied')
    return this.over(run)
  }

  async wait(request: T, why: { reason: string; message: string }, run: Run): Promise<void> {
    const { reason, message } = why
    const type = reason === 'RetryableError' ? 'Warning' : 'Normal'
    // What comes after a wait for the issuer is a first try again.
    if (type === 'Normal') run.memory.failsSinceMs = undefined
    const outcome = { kind: 'waiting', message, failsSinceMs: run.memory.failsSinceMs } as const
    const written = await this.#write(request, outcome, run)
    if (written !== undefined || this.#isUnheard(request, outcome, run))
      this.#voice.tell(request, type, reason, message)
  }

  /** The CA holds the request: the id is on record when this is done. */
  async pend(request: T, checkpoint: Checkpoint, message: string, run: Run): Promise<void> {
    const written = await this.#write(request, { kind: 'pending', checkpoint, message }, run)
    if (written !== undefined) this.#voice.tell(request, 'Normal', 'Pending', message)
  }

  /** A certificate was made; what is left is to publish it. */
  signed(request: T, name: IssuerName, { log }: Run): void {
    this.#voice.audit(request, name, 'issued', log)
  }

  async issue(request: T, name: IssuerName, published: Published, run: Run): Promise<Wish> {
    await this.#write(request, { kind: 'issued', published }, run)
    this.#options.observer.ended(issuerKeyOf(name), 'issued', 'Issued')
    this.#voice.tell(request, 'Normal', 'Issued', `${titleOf(name)} issued the certificate`)
    return this.over(run)
  }

  async fail(
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
    return this.over(run)
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
        if (!(error instanceof Changed) || change === mostChanges) throw error
        base = error.live as T
        if (form.stateOf(base) !== form.stateOf(request)) throw error
      }
    }
  }

  /** Where a kind has no status for it, an Event is all that people learn: once, until something else is to be said. */
  #isUnheard(request: T, outcome: Extract<Outcome, { kind: 'waiting' }>, { memory }: Run): boolean {
    const { form, clock } = this.#options
    if (form.statusAfter(request, outcome, clock.now()) !== undefined || memory.heard === outcome.message)
      return false
    memory.heard = outcome.message
    return true
  }

  #title(key: ObjectKey): string {
    return `${this.#options.form.kind.kind}/${key}`
  }
}
