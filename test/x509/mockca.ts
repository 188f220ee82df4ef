import { type MockCA, mockCA } from '../../src/signer/mockca.ts'
import { publish } from '../../src/signer/publish.ts'
import type { OpenSignerOptions, Signer, SigningRequest } from '../../src/signer/signer.ts'
import { loadX509 } from '../../src/signer/x509/load.ts'
import { createLog } from '../../src/std/log.ts'
import { nowMs } from './certificates.ts'

const issuer = { kind: 'ExternalIssuer', namespace: 'shop', name: 'mock', uid: 'issuer-1' }
const log = createLog('silent')

/** Calls of a mock CA have no use for it, and the interface asks for it. */
export const signOptions = { signal: new AbortController().signal, log }

/** A mock CA that lives at the time of the tests. */
export function newMockCA(clock = { now: () => nowMs }): MockCA {
  return mockCA({ clock })
}

/** A signer of a mock CA, opened as an issuer of that configuration would. */
export function openMock(change: Partial<OpenSignerOptions> = {}, ca = newMockCA()): Promise<Signer> {
  const never = () => Promise.reject(new Error('a mock CA asks for nothing of the cluster'))
  const ports = { read: never, serviceAccountToken: never, save: never }
  const nothing = { config: undefined, credentials: undefined }
  return ca.open({ title: 'ExternalIssuer shop/mock', issuer, ...nothing, ports, log, ...change })
}

/** The ConfigMap of a mock CA. */
export function mockConfig(yaml: string): ReadonlyMap<string, string> {
  return new Map([['mockca.yaml', yaml]])
}

/** A request for 90 days with no wishes but those of the CSR, unless changed. */
export function requestFor(csrPem: string, change: Partial<SigningRequest> = {}): SigningRequest {
  const asked = { durationSeconds: 7_776_000, isCA: false, usages: [] }
  return { uid: 'request-1', name: 'shop-1', annotations: {}, issuer, ...asked, csrPem, ...change }
}

/** Has a request signed and its answer judged, as the reconcilers do. */
export async function signed(
  signer: Signer,
  request: SigningRequest,
): Promise<{ certificatePem: string; caPem: string }> {
  const result = await signer.submit(request, signOptions)
  if (result.kind !== 'issued') throw new Error('a mock CA signs at once')
  const { parseCsr } = await loadX509()
  const csr = await parseCsr(request.csrPem)
  const { certificatePem, caPem = '' } = await publish(request, result.certificates, { nowMs, csr })
  return { certificatePem, caPem }
}
