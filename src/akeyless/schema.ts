import * as z from 'zod'

/** What we use of the answer to /auth. */
export const AuthOutput = z.object({
  token: z.string().min(1).max(65_536),
  expiration: z.unknown().optional(),
})
export type AuthOutput = z.infer<typeof AuthOutput>

/** What we use of the answer to /validate-token. */
export const ValidateTokenOutput = z.object({
  is_valid: z.boolean().optional(),
  expiration: z.unknown().optional(),
  ttl: z.unknown().optional(),
})
export type ValidateTokenOutput = z.infer<typeof ValidateTokenOutput>

/** What we use of an item's description. */
export const Item = z.object({
  item_type: z.string().min(1).max(100),
})
export type Item = z.infer<typeof Item>

/** Any JSON object; keys are looked up with `Object.hasOwn`. */
export const JsonObject = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

/** What we use of a certificate's value. */
export const CertificateValue = z.looseObject({ certificate_pem: z.string().min(1) })
