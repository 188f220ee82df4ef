import { CertificateRequest, certificateRequestKind } from '../api/certificaterequest.ts'
import type { KubeObject } from '../kube/object.ts'
import type { IssuerRef, SigningRequest } from '../signer/signer.ts'
import { checkpointMessage, checkpointType, readCheckpoint, timestampOf } from './checkpoint.ts'
import { issuerOfRef } from './issuer-name.ts'
import { csrPemOf, durationSecondsOf } from './request-fields.ts'
import type { Outcome, RequestForm, RequestState } from './request-form.ts'

type Conditions = NonNullable<NonNullable<CertificateRequest['status']>['conditions']>

const final: ReadonlySet<string> = new Set(['Issued', 'Failed', 'Denied'])
const defaultUsages = ['digital signature', 'key encipherment']

/** cert-manager's CertificateRequest. */
export const certificateRequestForm: RequestForm<CertificateRequest> = {
  kind: certificateRequestKind,
  parse: (object) => CertificateRequest.safeParse(object).data,
  issuerOf: ({ metadata, spec }) => issuerOfRef(spec.issuerRef, metadata.namespace),
  stateOf,
  hasStarted: (request) => find(request, 'Ready') !== undefined,
  checkpointOf: (request) => readCheckpoint(conditionsOf(request), request.metadata.uid),
  statusAfter,
  ownStatus: ({ status = {} }) => {
    const { certificate, ca, failureTime, conditions = [] } = status
    const own = conditions.filter((it) => it.type === 'Ready' || it.type === checkpointType)
    return plain({ conditions: own, certificate, ca, failureTime })
  },
  toSign,
  requesterOf: ({ spec }) => spec.username,
}

/** What the cache keeps of a request: ten thousand old ones are ordinary, and what is signed is read live. */
export function slimRequest(object: KubeObject): KubeObject {
  const request = CertificateRequest.safeParse(object).data
  if (request === undefined) return { metadata: object.metadata }
  const { request: _csr, ...spec } = request.spec
  const { certificate, ca: _ca, ...status } = request.status ?? {}
  const { annotations = {}, ...metadata } = request.metadata
  const kept = Object.entries(annotations).filter(([name]) => name !== lastApplied)
  const slim: CertificateRequest = {
    ...request,
    metadata: { ...metadata, annotations: Object.fromEntries(kept) },
    spec,
    status: { ...status, ...(certificate === undefined || certificate === '' ? {} : { certificate: held }) },
  }
  return slim
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
/** Stands in the cache for a certificate that is there. */
const held = 'held'

function conditionsOf({ status }: CertificateRequest): Conditions {
  return status?.conditions ?? []
}

function find(request: CertificateRequest, type: string): Conditions[number] | undefined {
  return conditionsOf(request).find((it) => it.type === type)
}

function stateOf(request: CertificateRequest): RequestState {
  if (final.has(find(request, 'Ready')?.reason ?? '') || (request.status?.certificate ?? '') !== '')
    return 'final'
  if (find(request, 'Denied')?.status === 'True') return 'denied'
  return find(request, 'Approved')?.status === 'True' ? 'approved' : 'unapproved'
}

function statusAfter(request: CertificateRequest, outcome: Outcome, nowMs: number): object {
  const now = timestampOf(nowMs)
  const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string) => {
    const before = find(request, type)
    const since = before?.status === status ? before.lastTransitionTime : undefined
    return { type, status, reason, message, lastTransitionTime: since ?? now }
  }
  const ended = { failureTime: request.status?.failureTime ?? now }
  const checkpoint =
    outcome.kind === 'pending' ? outcome.checkpoint : certificateRequestForm.checkpointOf(request)
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
    case 'waiting':
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

function toSign(request: CertificateRequest, issuer: IssuerRef): SigningRequest {
  const { metadata, spec } = request
  const { isCA = false } = spec
  const usages = spec.usages ?? []
  return {
    uid: metadata.uid ?? '',
    name: metadata.name,
    namespace: metadata.namespace,
    annotations: metadata.annotations ?? {},
    csrPem: csrPemOf(spec.request),
    durationSeconds: durationSecondsOf(spec.duration, 'spec.duration'),
    isCA,
    usages: usages.length > 0 ? usages : [...defaultUsages, ...(isCA ? ['cert sign'] : [])],
    issuer,
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** As it goes over the wire: nothing undefined. */
function plain(status: object): object {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined))
}
