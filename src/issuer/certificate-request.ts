import { CertificateRequest, certificateRequestKind } from '../api/certificaterequest.ts'
import type { KubeObject } from '../kube/object.ts'
import type { IssuerRef, SigningRequest } from '../signer/signer.ts'
import { conditionOf, conditionsOf, ownStatus, statusAfter } from './certificate-request-status.ts'
import { readCheckpoint } from './checkpoint.ts'
import { readFailsSince } from './failing.ts'
import { issuerOfRef } from './issuer-name.ts'
import { csrPemOf, durationSecondsOf } from './request-fields.ts'
import type { RequestForm, RequestState } from './request-form.ts'

const final: ReadonlySet<string> = new Set(['Issued', 'Failed', 'Denied'])
const defaultUsages = ['digital signature', 'key encipherment']

/** cert-manager's CertificateRequest. */
export const certificateRequestForm: RequestForm<CertificateRequest> = {
  kind: certificateRequestKind,
  parse: (object) => CertificateRequest.safeParse(object).data,
  slim,
  issuerOf: ({ metadata, spec }) => issuerOfRef(spec.issuerRef, metadata.namespace),
  stateOf,
  hasStarted: (request) => conditionOf(request, 'Ready') !== undefined,
  checkpointOf: (request) => readCheckpoint(conditionsOf(request), request.metadata.uid),
  failsSinceOf: (request) => readFailsSince(conditionsOf(request), request.metadata.uid),
  statusAfter,
  ownStatus,
  toSign,
  requesterOf: ({ spec }) => spec.username,
}

/** What the cache keeps of an object: of one that cannot be read its metadata. */
export function slimRequest(object: KubeObject): KubeObject {
  const request = certificateRequestForm.parse(object)
  return request === undefined ? { metadata: object.metadata } : slim(request)
}

/** Ten thousand old ones are ordinary. */
function slim(request: CertificateRequest): CertificateRequest {
  const { request: _csr, ...spec } = request.spec
  const { certificate, ca: _ca, ...status } = request.status ?? {}
  const { annotations = {}, ...metadata } = request.metadata
  const kept = Object.entries(annotations).filter(([name]) => name !== lastApplied)
  return {
    ...request,
    metadata: { ...metadata, annotations: Object.fromEntries(kept) },
    spec,
    status: { ...status, ...(certificate === undefined || certificate === '' ? {} : { certificate: held }) },
  }
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
/** Stands in the cache for a certificate that is there. */
const held = 'held'

function stateOf(request: CertificateRequest): RequestState {
  if (final.has(conditionOf(request, 'Ready')?.reason ?? '') || (request.status?.certificate ?? '') !== '')
    return 'final'
  if (conditionOf(request, 'Denied')?.status === 'True') return 'denied'
  return conditionOf(request, 'Approved')?.status === 'True' ? 'approved' : 'unapproved'
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
