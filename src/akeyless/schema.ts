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

/** What tells of an item's state; whatever has another form than expected counts as absent. */
const itemState = {
  item_id: z.unknown().optional(),
  last_version: z.unknown().optional(),
  modification_date: z.unknown().optional(),
  last_rotation_date: z.unknown().optional(),
  item_tags: z.unknown().optional(),
  client_permissions: z.unknown().optional(),
}

/** What we use of an item's description. */
export const Item = z.object({
  item_type: z.string().min(1).max(100),
  item_general_info: z.unknown().optional(),
  ...itemState,
})
export type Item = z.infer<typeof Item>

/** An item's description where its tags are asked for. */
export const TaggedItem = z.object({ item_tags: z.array(z.string()).nullish() })

/** What we use of one page of a list. */
export const ListItemsOutput = z.object({
  items: z.array(Item.extend({ item_name: z.string().min(1).max(65_536) })).nullish(),
  /** Absent or empty on the last page. */
  next_page: z.string().max(65_536).nullish(),
  has_next: z.boolean().nullish(),
})
export type ListItemsOutput = z.infer<typeof ListItemsOutput>

/** Any JSON object; keys are looked up with `Object.hasOwn`. No schema: it is asked of every item, and a refusal costs. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What we use of a certificate's value. */
export const CertificateValue = z.looseObject({ certificate_pem: z.string().min(1) })

/** What we use of the value of a classic key. */
export const ClassicKeyValue = z.looseObject({
  key: z.string().min(1),
  certificatePem: z.unknown().optional(),
})
