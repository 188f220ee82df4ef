import type { KubeObject } from '../kube/object.ts'
import { keyOf } from '../kube/object.ts'
import type { EventRecorder } from '../runtime/events.ts'
import type { Log } from '../std/log.ts'
import { type IssuerName, titleOf } from './issuer-name.ts'
import type { RequestForm } from './request-form.ts'

/** Tells of requests: by Events to their users, by audit records to whoever must know later. */
export class RequestVoice<T extends KubeObject> {
  readonly #options: { readonly name: string; readonly form: RequestForm<T>; readonly events: EventRecorder }

  constructor(options: {
    readonly name: string
    readonly form: RequestForm<T>
    readonly events: EventRecorder
  }) {
    this.#options = options
  }

  tell(object: T, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { events, form, name } = this.#options
    const action = type === 'Normal' ? 'Synced' : 'SyncFailed'
    events.record({ controller: name, kind: form.kind, object, type, reason, action, message })
  }

  /** One record per signature or final refusal (M15, S41): who asked, for which request, through which issuer. */
  audit(request: T, issuer: IssuerName, result: string, log: Log): void {
    const { form } = this.#options
    const { metadata } = request
    const what = { action: 'sign', kind: form.kind.kind, request: keyOf(metadata), uid: metadata.uid }
    const who = { issuer: titleOf(issuer), requester: form.requesterOf(request) }
    log.info({ audit: { ...what, ...who, result } }, 'audit')
  }
}
