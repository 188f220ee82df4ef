import type { ExternalIssuer } from '../api/externalissuer.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Issued, Leniency, SigningRequest, SignOptions, SignResult } from '../signer/signer.ts'
import type { Clock } from '../std/clock.ts'
import type { IssuerName } from './issuer-name.ts'
import type { OpenedSigner, OpenedSigners } from './opened-signers.ts'
import type { Checkpoint, Published, RequestForm } from './request-form.ts'
import { Changed, type RequestWriter } from './request-writer.ts'

/** Turns a CA's answer into what may be published, or throws SignFailure. */
export type Publish = (
  certificates: Issued['certificates'],
  leniency: Leniency | undefined,
) => Promise<Published>

export interface CaCallsOptions<T extends KubeObject> {
  readonly form: RequestForm<T>
  readonly writer: RequestWriter<T>
  readonly signers: OpenedSigners
  /** Reads the CSR before the CA is asked; throws SignFailure Refused for one that nobody may sign. */
  readonly prepare: (request: SigningRequest) => Promise<Publish>
  readonly clock: Clock
}

/** What is asked of a CA. */
export interface Question<T> {
  readonly request: T
  readonly name: IssuerName
  readonly issuer: ExternalIssuer
  readonly opened: OpenedSigner
  /** The id to ask for; absent for a request that is to be submitted. */
  readonly onRecord: Checkpoint | undefined
}

export interface Answer<T> {
  /** The request as it was when the CA was asked. */
  readonly live: T
  readonly result: SignResult
  /** There for what was issued. */
  readonly published?: Published
}

/** For a submit or a poll of a signer that does not ask for more. */
const leastLimitMs = 120_000

/** Asks CAs for certificates, and judges what they give. */
export class CaCalls<T extends KubeObject> {
  readonly #options: CaCallsOptions<T>

  constructor(options: CaCallsOptions<T>) {
    this.#options = options
  }

  /**
   * Submits, or asks what became of it. Throws Changed when the request, or its issuer, does not stand where it stood;
   * SignFailure and whatever else a signer throws.
   */
  async ask(question: Question<T>, { signal, log }: SignOptions): Promise<Answer<T>> {
    const { form, signers, clock, prepare } = this.#options
    const { name, issuer, opened, onRecord } = question
    const live = await this.#liveOf(question, signal)
    const request = form.toSign(live, { ...name, uid: issuer.metadata.uid ?? '' })
    const publish = await prepare(request)
    // The configuration may have changed since: what was decided by the old one is decided again.
    if (!signers.isOpen(opened)) throw new Changed(live)
    const limit = new AbortController()
    const limitMs = Math.max(leastLimitMs, opened.signer.callLimitMs ?? 0)
    const cancel = clock.after(limitMs, () => limit.abort(tooLong()))
    const options = { signal: AbortSignal.any([signal, limit.signal]), log }
    try {
      return await signers.use(opened, async (signer) => {
        const result = await (onRecord === undefined
          ? signer.submit(request, options)
          : signer.poll(request, onRecord.id, options))
        if (result.kind === 'pending') return { live, result }
        return { live, result, published: await publish(result.certificates, signer.leniency) }
      })
    } finally {
      cancel()
    }
  }

  /**
   * The request as it is at this moment, approved still (S6). The first write of a status, which comes before any call
   * of a CA, brings it; else it is read.
   */
  async #liveOf({ request, onRecord }: Question<T>, signal: AbortSignal): Promise<T> {
    const { form, writer, clock } = this.#options
    const first = form.hasStarted(request)
      ? undefined
      : await writer.write(request, { kind: 'initializing' }, { nowMs: clock.now(), signal })
    const live = first ?? (await writer.live(request, signal))
    const isAsBefore = form.stateOf(live) === 'approved' && form.checkpointOf(live)?.id === onRecord?.id
    if (!isAsBefore) throw new Changed(live)
    return live
  }
}

function tooLong(): DOMException {
  return new DOMException('The CA took too long', 'TimeoutError')
}
