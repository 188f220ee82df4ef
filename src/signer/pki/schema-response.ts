import * as z from 'zod'
import { certificateEncodings } from '../x509/certificates-of.ts'
import { isPattern } from './pattern.ts'
import { HeaderName, Path } from './schema-parts.ts'

/** A status, a class such as `4xx` or a range such as `500-599`; the first and the last status of it afterwards. */
const StatusRange = z
  .union([
    z.int().min(200).max(599),
    z.string().regex(/^[2-5](xx|\d\d(-[2-5]\d\d)?)$/, 'is not a status such as 404, "4xx" or "500-599"'),
  ])
  .transform((it): readonly [number, number] => {
    const text = String(it)
    if (text.endsWith('xx')) return [Number(text[0]) * 100, Number(text[0]) * 100 + 99]
    const [first, last = first] = text.split('-').map(Number)
    return [first ?? 0, last ?? 0]
  })

const Scalar = z.union([z.string().max(1000), z.number(), z.boolean()])

const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1).max(50)])

/** What an answer may mean; `unauthorized` is a login that no longer holds. */
export const outcomes = ['success', 'pending', 'refused', 'retry', 'issuer-fault', 'unauthorized'] as const
export type Outcome = (typeof outcomes)[number]

/** Which answers have a meaning of their own; the first rule that fits holds, before those that are built in. */
export const Rule = z
  .strictObject({
    status: oneOrMore(StatusRange).optional(),
    when: z.strictObject({ path: Path, equals: oneOrMore(Scalar) }).optional(),
    is: z.enum(outcomes),
    /** For people, in place of what Keyferry would say. */
    message: z.string().min(1).max(200).optional(),
  })
  .refine(({ status, when }) => status !== undefined || when !== undefined, 'needs status or when')
export type Rule = z.output<typeof Rule>

const Pattern = z
  .string()
  .max(256)
  .refine(isPattern, 'is not a pattern of RE2 with one group, or is too large a one')

const place = {
  path: Path.optional(),
  header: HeaderName.optional(),
  body: z.literal(true).optional(),
}
const isOnePlace = (it: { path?: unknown; header?: unknown; body?: unknown }) =>
  [it.path, it.header, it.body].filter((one) => one !== undefined).length === 1
const onePlace = 'needs one of path, header and body'

/** Where a text lies in an answer. */
export const Place = z.strictObject({ ...place, pattern: Pattern.optional() }).refine(isOnePlace, onePlace)
export type Place = z.output<typeof Place>

/** Where certificates lie in an answer, and how they are written. */
export const CertificatePlace = z
  .strictObject({ ...place, encoding: z.enum(certificateEncodings).default('pem') })
  .refine(isOnePlace, onePlace)
export type CertificatePlace = z.output<typeof CertificatePlace>

const head = {
  rules: z.array(Rule).max(50).default([]),
  /** A word of the PKI for what went wrong; only [A-Za-z0-9_.-] is ever shown. */
  code: Place.optional(),
}

/** How the answer to a step that signs, asks or fetches is read. */
export const Response = z.strictObject({
  ...head,
  certificate: CertificatePlace.optional(),
  chain: CertificatePlace.optional(),
  ca: CertificatePlace.optional(),
  id: Place.optional(),
})
export type Response = z.output<typeof Response>

/** How the answer to a step that proves something is read. */
export const HealthResponse = z.strictObject(head)

/** What the time to live of a token is counted in; `unix` and `rfc3339` are moments. */
const ttlUnits = ['seconds', 'milliseconds', 'go', 'unix', 'rfc3339'] as const

/** How the answer to a login is read. */
export const LoginResponse = z.strictObject({
  ...head,
  token: Place,
  /** The next refresh token, where each login replaces it. */
  refreshToken: Place.optional(),
  ttl: z.strictObject({ path: Path, unit: z.enum(ttlUnits).default('seconds') }).optional(),
})
export type LoginResponse = z.output<typeof LoginResponse>
