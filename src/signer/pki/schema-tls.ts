import * as z from 'zod'
import { DataKey, ObjectName } from './schema-parts.ts'

/** How a PKI is trusted, and how it knows us. */
export const Tls = z
  .strictObject({
    /** PEM of the CAs to trust instead of the usual ones. */
    caBundle: z.string().max(1_048_576).optional(),
    caBundleRef: z
      .strictObject({
        kind: z.enum(['Secret', 'ConfigMap']).default('ConfigMap'),
        name: ObjectName,
        key: DataKey.default('ca.crt'),
      })
      .optional(),
    /** A Secret of type kubernetes.io/tls. */
    clientCertificate: z.strictObject({ secretName: ObjectName }).optional(),
    serverName: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, 'is not a host name')
      .optional(),
    minVersion: z.enum(['1.2', '1.3']).optional(),
    insecureSkipVerify: z.boolean().optional(),
  })
  .refine(
    (it) => it.caBundle === undefined || it.caBundleRef === undefined,
    'caBundle and caBundleRef exclude each other',
  )
export type Tls = z.output<typeof Tls>
