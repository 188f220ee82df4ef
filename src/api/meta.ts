import * as z from 'zod'
import type { ObjectMeta } from '../kube/kind.ts'

/**
 * A field that may be left out. Absent is absent: `undefined` is no value of it, so the type fits
 * exactOptionalPropertyTypes. What is read is JSON, which knows no `undefined`; zod's own exactOptional makes an issue
 * of each field that is absent, and throws it away again: two fifths of what reading an ExternalSecret takes.
 */
export function optional<Schema extends z.ZodType>(schema: Schema): z.ZodExactOptional<Schema> {
  return z.optional(schema) as z.ZodType as z.ZodExactOptional<Schema>
}

/** A CEL rule as the API server takes it; `message` is what the user reads when the rule is false. */
export interface CelRule {
  readonly rule: string
  readonly message: string
}

/** Metadata of a schema that holds CEL rules. */
export function rules(...list: readonly CelRule[]): { 'x-kubernetes-validations': readonly CelRule[] } {
  return { 'x-kubernetes-validations': list }
}

/**
 * Bounds that only the CRD holds. What another CRD of this group let in (ESO's has none of these) must still be
 * readable, so they are metadata and no checks of the schema.
 */
export interface TextBounds {
  readonly minLength?: number
  readonly maxLength: number
}

/** Free text. */
export function text(description: string, bounds: TextBounds): z.ZodString {
  return z.string().meta({ description, ...bounds })
}

/** A list of at most `maxItems` entries; `extra` is further CRD metadata, such as a list type. */
export function list<Item extends z.ZodType>(
  item: Item,
  description: string,
  maxItems: number,
  extra: object = {},
): z.ZodArray<Item> {
  return z.array(item).meta({ description, maxItems, ...extra })
}

/** A map from text to text. */
export function textMap(description: string, bounds: { maxProperties: number; maxLength: number }) {
  const { maxProperties, maxLength } = bounds
  return z.record(z.string(), z.string().meta({ maxLength })).meta({ description, maxProperties })
}

/** The name of an object: RFC 1123 subdomain, at most 253 characters. */
export function objectName(description: string): z.ZodString {
  const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
  return z
    .string()
    .min(1)
    .max(253)
    .regex(new RegExp(`^${label}(\\.${label})*$`))
    .describe(description)
}

/** The name of a namespace: RFC 1123 label, at most 63 characters. */
export function namespaceName(description: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
    .describe(description)
}

/** A key of a Secret or a ConfigMap. */
export function dataKey(description: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/)
    .describe(description)
}

/** A time as RFC 3339 writes it. */
export function time(description: string): z.ZodString {
  return z.string().meta({ description, format: 'date-time' })
}

const goDuration = '^[+]?(0|(([0-9]+[.]?[0-9]*|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$'
const durationMessage = 'must be a duration such as 90s, 15m or 1h30m'

/** A Go duration that is not negative; read it with `parseDuration`. */
export function duration(description: string): z.ZodString {
  return text(description, { maxLength: 64 }).meta(
    rules({ rule: `self.matches('${goDuration}')`, message: durationMessage }),
  )
}

/** Whole seconds or a Go duration, neither negative. */
export function secondsOrDuration(description: string) {
  return z.union([z.int(), z.string()]).meta({
    description,
    'x-kubernetes-int-or-string': true,
    ...rules({
      rule: `type(self) == int ? self >= 0 : self == '' || self.matches('${goDuration}')`,
      message: `${durationMessage}, or a whole number of seconds`,
    }),
  })
}

/** An RE2 regular expression; the API server compiles it and answers with what is wrong. */
export function regularExpression(description: string, maxLength: number): z.ZodString {
  return text(description, { maxLength }).meta(
    // Always true, but a pattern that does not compile cannot be evaluated, and that fails the rule.
    rules({ rule: "''.matches(self) in [true, false]", message: 'must be a regular expression (RE2)' }),
  )
}

/** The `metadata` of an object: passed on as it is; the API server vouches for it. */
export const Metadata = z.custom<ObjectMeta>(
  (value) => typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string',
  'metadata with a name is missing',
)

/** metav1.Condition, tolerant of what other controllers leave out. */
const StatusCondition = z
  .object({
    type: text('What is spoken of: Ready, Reconciling, Stalled, LastSyncSucceeded.', { maxLength: 316 }),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether it is so.'),
    reason: optional(
      text('One word that says why; stable, made for machines and alerts.', { maxLength: 1024 }),
    ),
    message: optional(
      text('The same in a sentence for people. Never holds a secret value.', { maxLength: 32_768 }),
    ),
    lastTransitionTime: optional(time('When the status last changed from one value to another.')),
    observedGeneration: optional(
      z
        .int()
        .meta({ description: 'The metadata.generation that this condition was made for.', format: 'int64' }),
    ),
  })
  .describe('One fact about the object, as kubectl wait and health checks read it.')
export type StatusCondition = z.infer<typeof StatusCondition>

/** `status.conditions`, one per type. */
export function statusConditions() {
  return list(StatusCondition, 'What is known of the object, one entry per type.', 32, {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  })
}

/** `status.observedGeneration`; -1, the only default of our CRDs, says that nobody looked yet. */
export function observedGeneration() {
  return z.int().meta({
    description:
      'The metadata.generation that this status was made for; -1 until the controller has seen the object.',
    format: 'int64',
  })
}
