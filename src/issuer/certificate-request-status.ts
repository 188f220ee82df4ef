import type { CertificateRequest } from '../api/certificaterequest.ts'
import { checkpointMessage, checkpointType, readCheckpoint, timestampOf } from './checkpoint.ts'
import { failingMessage, failingType } from './failing.ts'
import type { Outcome } from './request-form.ts'

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
  const now = timestampOf(nowMs)
  const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string) => {
    const before = conditionOf(request, type)
    const since = before?.status === status ? before.lastTransitionTime : undefined
    return { type, status, reason, message, lastTransitionTime: since ?? now }
  }
  const ended = { failureTime: request.status?.failureTime ?? now }
  const checkpoint =
    outcome.kind === 'pending'
      ? outcome.checkpoint
      : readCheckpoint(conditionsOf(request), request.metadata.uid)
  const marks =
    checkpoint === undefined
      ? []
      : [
          condition(
            checkpointType,
            'True',
            'Submitted',
            checkpointMessage(request.metadata.uid ?? '', checkpoint),
          ),
        ]
  switch (outcome.kind) {
    case 'initializing':
      return {
        conditions: [condition('Ready', 'Unknown', 'Initializing', 'The request is about to be signed')],
      }
    case 'denied':
      return {
        conditions: [condition('Ready', 'False', 'Denied', 'The request was denied by an approver')],
        ...ended,
      }
    case 'failed':
      return { conditions: [condition('Ready', 'False', 'Failed', outcome.message)], ...ended }
    case 'waiting': {
      const waits = condition('Ready', 'False', 'Pending', outcome.message)
      return { conditions: [waits, ...marks, ...failing(request, outcome.failsSinceMs)] }
    }
    case 'pending':
      return { conditions: [condition('Ready', 'False', 'Pending', outcome.message), ...marks] }
    case 'issued': {
      const { certificatePem, caPem } = outcome.published
      return plain({
        conditions: [condition('Ready', 'True', 'Issued', 'The certificate was issued')],
        certificate: base64(certificatePem),
        ca: caPem === undefined ? undefined : base64(caPem),
      })
    }
  }
}

function failing({ metadata }: CertificateRequest, sinceMs: number | undefined): Conditions {
  if (sinceMs === undefined) return []
  const message = failingMessage(metadata.uid ?? '')
  const lastTransitionTime = timestampOf(sinceMs)
  return [{ type: failingType, status: 'True', reason: 'Retrying', message, lastTransitionTime }]
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** As it goes over the wire: nothing undefined. */
function plain(status: object): object {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined))
}
