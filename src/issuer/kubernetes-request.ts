import { CertificateSigningRequest, certificateSigningRequestKind } from '../api/certificatesigningrequest.ts'
import type { KubeObject } from '../kube/object.ts'
import type { IssuerRef, SigningRequest } from '../signer/signer.ts'
import { checkpointMessage, checkpointType, readCheckpoint, timestampOf } from './checkpoint.ts'
import { issuerOfSignerName } from './issuer-name.ts'
import { csrPemOf, durationSecondsOf } from './request-fields.ts'
import type { Outcome, RequestForm, RequestState } from './request-form.ts'

const durationAnnotation = 'experimental.cert-manager.io/request-duration'
const isCAAnnotation = 'experimental.cert-manager.io/request-is-ca'

/**
 * Kubernetes' own CertificateSigningRequest (C1). Its status tells of nothing but the certificate, a failure for good,
 * and what must be on record of a request that the CA holds.
 */
export const kubernetesRequestForm: RequestForm<CertificateSigningRequest> = {
  kind: certificateSigningRequestKind,
  parse: (object) => CertificateSigningRequest.safeParse(object).data,
  slim,
  issuerOf: ({ spec }) => issuerOfSignerName(spec.signerName),
  stateOf,
  hasStarted: () => true,
  checkpointOf: ({ status, metadata }) => readCheckpoint(status?.conditions ?? [], metadata.uid),
  // Its status tells nothing of a wait.
  failsSinceOf: () => undefined,
  statusAfter,
  ownStatus: ({ status = {} }) => {
    const own = (status.conditions ?? []).filter((it) => it.type === 'Failed' || it.type === checkpointType)
    return {
      ...(own.length === 0 ? {} : { conditions: own }),
      ...(status.certificate === undefined ? {} : { certificate: status.certificate }),
    }
  },
  toSign,
  requesterOf: ({ spec }) => spec.username,
}

/** What the cache keeps of an object: of one that cannot be read its metadata. */
export function slimKubernetesRequest(object: KubeObject): KubeObject {
  const request = kubernetesRequestForm.parse(object)
  return request === undefined ? { metadata: object.metadata } : slim(request)
}

function slim(request: CertificateSigningRequest): CertificateSigningRequest {
  const { request: _csr, ...spec } = request.spec
  const { certificate, ...status } = request.status ?? {}
  const isThere = certificate !== undefined && certificate !== ''
  return {
    ...request,
    spec,
    status: { ...status, ...(isThere ? { certificate: 'held' } : {}) },
  }
}

function stateOf({ status = {} }: CertificateSigningRequest): RequestState {
  const isTrue = (type: string) =>
    status.conditions?.some((it) => it.type === type && (it.status ?? 'True') === 'True') === true
  if ((status.certificate ?? '') !== '' || isTrue('Failed')) return 'final'
  // Who denied it said so in the request itself: there is nothing to add.
  if (isTrue('Denied')) return 'final'
  return isTrue('Approved') ? 'approved' : 'unapproved'
}

function statusAfter(
  { metadata, status }: CertificateSigningRequest,
  outcome: Outcome,
  nowMs: number,
): object | undefined {
  const now = timestampOf(nowMs)
  const condition = (type: string, reason: string, message: string) => {
    const before = status?.conditions?.find((it) => it.type === type)
    return { type, status: 'True', reason, message, lastTransitionTime: before?.lastTransitionTime ?? now }
  }
  switch (outcome.kind) {
    case 'failed':
      return { conditions: [condition('Failed', 'SignerFailed', outcome.message)] }
    case 'pending': {
      const message = checkpointMessage(metadata.uid ?? '', outcome.checkpoint)
      return { conditions: [condition(checkpointType, 'Submitted', message)] }
    }
    case 'issued':
      return { certificate: Buffer.from(outcome.published.certificatePem).toString('base64') }
    case 'initializing':
    case 'denied':
    case 'waiting':
      return undefined
  }
}

function toSign({ metadata, spec }: CertificateSigningRequest, issuer: IssuerRef): SigningRequest {
  const { annotations = {} } = metadata
  const duration = annotations[durationAnnotation]
  const usesSeconds = duration === undefined && spec.expirationSeconds !== undefined
  return {
    uid: metadata.uid ?? '',
    name: metadata.name,
    annotations,
    csrPem: csrPemOf(spec.request),
    durationSeconds: usesSeconds
      ? (spec.expirationSeconds ?? 0)
      : durationSecondsOf(duration, `annotation ${durationAnnotation}`),
    isCA: annotations[isCAAnnotation] === 'true',
    usages: spec.usages ?? [],
    issuer,
  }
}
