import type { CertificateRequest } from '../api/certificaterequest.ts'
import { checkpointMessage, checkpointType, readCheckpoint, timestampOf } from './checkpoint.ts'
import { failingMessage, failingType } from './failing.ts'
import type { Checkpoint, Outcome } from './request-form.ts'

type Conditions = NonNullable<NonNullable<CertificateRequest['status']>['conditions']>

/** The conditions of a request that are ours; no other is touched. */
export const ownTypes: ReadonlySet<string> = new Set(['Ready', checkpointType, failingType])

/** The conditions of a request, whosever they are. */
export function conditionsOf({ status }: CertificateRequest): Conditions {
  return status?.conditions ?? []
}

/** A request's condition of a type. */
export function conditionOf(request: CertificateRequest, type: string): Conditions[number] | undefined {
  return conditionsOf(request).find((it) => it.type === type)
}

/** What is ours of a request's status now. */
export function ownStatus({ status = {} }: CertificateRequest): object {
  const { certificate, ca, failureTime, conditions = [] } = status
  const own = conditions.filter((it) => ownTypes.has(it.type))
  return plain({ conditions: own, certificate, ca, failureTime })
}

/** What is ours of a request's status after an outcome, in the same form. */
export function statusAfter(request: CertificateRequest, outcome: Outcome, nowMs: number): object {
  const ready = dated({ type: 'Ready', ...readyOf(outcome) }, request, nowMs)
  return plain({
    conditions: [ready, ...marksOf(request, outcome, nowMs)],
    ...publishedOf(outcome),
    ...endOf(request, outcome, nowMs),
  })
}

type Claim = Omit<Conditions[number], 'lastTransitionTime'>

/** The time of a condition moves with its status alone. */
function dated(claim: Claim, request: CertificateRequest, nowMs: number): Conditions[number] {
  const before = conditionOf(request, claim.type)
  const since = before?.status === claim.status ? before.lastTransitionTime : undefined
  return { ...claim, lastTransitionTime: since ?? timestampOf(nowMs) }
}

function readyOf(outcome: Outcome): Omit<Claim, 'type'> {
  switch (outcome.kind) {
    case 'initializing':
      return { status: 'Unknown', reason: 'Initializing', message: 'The request is about to be signed' }
    case 'denied':
      return { status: 'False', reason: 'Denied', message: 'The request was denied by an approver' }
    case 'failed':
      return { status: 'False', reason: 'Failed', message: outcome.message }
    case 'waiting':
    case 'pending':
      return { status: 'False', reason: 'Pending', message: outcome.message }
    case 'issued':
      return { status: 'True', reason: 'Issued', message: 'The certificate was issued' }
  }
}

/** What another process must know to go on with the request; a decided one needs none. */
function marksOf(request: CertificateRequest, outcome: Outcome, nowMs: number): Conditions {
  if (outcome.kind === 'pending') return [submitted(request, outcome.checkpoint, nowMs)]
  if (outcome.kind !== 'waiting') return []
  const checkpoint = readCheckpoint(conditionsOf(request), request.metadata.uid)
  const held = checkpoint === undefined ? [] : [submitted(request, checkpoint, nowMs)]
  return [...held, ...failing(request, outcome.failsSinceMs)]
}

function submitted(request: CertificateRequest, checkpoint: Checkpoint, nowMs: number): Conditions[number] {
  const message = checkpointMessage(request.metadata.uid ?? '', checkpoint)
  return dated({ type: checkpointType, status: 'True', reason: 'Submitted', message }, request, nowMs)
}

function failing({ metadata }: CertificateRequest, sinceMs: number | undefined): Conditions {
  if (sinceMs === undefined) return []
  const message = failingMessage(metadata.uid ?? '')
  const lastTransitionTime = timestampOf(sinceMs)
  return [{ type: failingType, status: 'True', reason: 'Retrying', message, lastTransitionTime }]
}

function publishedOf(outcome: Outcome): object {
  if (outcome.kind !== 'issued') return {}
  const { certificatePem, caPem } = outcome.published
  return { certificate: base64(certificatePem), ca: caPem === undefined ? undefined : base64(caPem) }
}

/** Written once: cert-manager counts from there when it may try anew. */
function endOf({ status }: CertificateRequest, { kind }: Outcome, nowMs: number): object {
  if (kind !== 'denied' && kind !== 'failed') return {}
  return { failureTime: status?.failureTime ?? timestampOf(nowMs) }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** As it goes over the wire: nothing undefined. */
function plain(status: object): object {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined))
}
