import * as z from 'zod'
import type { Kind } from '../kube/kind.ts'
import { Metadata, optional } from './meta.ts'

/** certificates.k8s.io/v1 CertificateSigningRequest, the part that a signer reads. */
export const CertificateSigningRequest = z.object({
  apiVersion: optional(z.string()),
  kind: optional(z.string()),
  metadata: Metadata,
  spec: z.object({
    signerName: z.string(),
    /** Base64 of the PEM of a PKCS#10; not kept in the cache. */
    request: optional(z.string()),
    expirationSeconds: optional(z.int()),
    usages: optional(z.array(z.string())),
    username: optional(z.string()),
  }),
  status: optional(
    z.object({
      conditions: optional(
        z.array(
          z.object({
            type: z.string(),
            status: optional(z.string()),
            reason: optional(z.string()),
            message: optional(z.string()),
            lastTransitionTime: optional(z.string()),
          }),
        ),
      ),
      certificate: optional(z.string()),
    }),
  ),
})
export type CertificateSigningRequest = z.infer<typeof CertificateSigningRequest>

export const certificateSigningRequestKind: Kind = {
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  namespaced: false,
}
