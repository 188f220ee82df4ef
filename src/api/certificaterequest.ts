import * as z from 'zod'
import type { Kind } from '../kube/kind.ts'
import { Metadata, optional } from './meta.ts'

/**
 * cert-manager.io/v1 CertificateRequest, the part that an issuer reads. The kind is cert-manager's: there is no CRD of
 * ours, so that nothing here describes itself.
 */
export const CertificateRequest = z.object({
  apiVersion: optional(z.string()),
  kind: optional(z.string()),
  metadata: Metadata,
  spec: z.object({
    issuerRef: z.object({
      name: z.string(),
      kind: optional(z.string()),
      group: optional(z.string()),
    }),
    /** Base64 of the PEM of a PKCS#10; not kept in the cache. */
    request: optional(z.string()),
    duration: optional(z.string()),
    isCA: optional(z.boolean()),
    usages: optional(z.array(z.string())),
    username: optional(z.string()),
  }),
  status: optional(
    z.object({
      conditions: optional(
        z.array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: optional(z.string()),
            message: optional(z.string()),
            lastTransitionTime: optional(z.string()),
          }),
        ),
      ),
      certificate: optional(z.string()),
      ca: optional(z.string()),
      failureTime: optional(z.string()),
    }),
  ),
})
export type CertificateRequest = z.infer<typeof CertificateRequest>

export const certificateRequestKind: Kind = {
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'CertificateRequest',
  plural: 'certificaterequests',
  namespaced: true,
}
