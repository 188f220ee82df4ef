import type { SigningRequest } from '../../src/signer/signer.ts'

/** What a namespaced issuer is asked to sign, for an hour. */
export function signingRequestFor(csrPem: string): SigningRequest {
  return {
    uid: '1',
    name: 'shop-1',
    annotations: {},
    csrPem,
    durationSeconds: 3600,
    isCA: false,
    usages: [],
    issuer: { kind: 'ExternalIssuer', namespace: 'shop', name: 'corp', uid: '2' },
  }
}
