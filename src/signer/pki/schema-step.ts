import * as z from 'zod'
import { durationWithin, HeaderName, LongDuration, TemplateText } from './schema-parts.ts'
import { HealthResponse, LoginResponse, Response } from './schema-response.ts'
import { Tls } from './schema-tls.ts'

/** A body of another form than JSON, as one template. */
const RawBody = z.strictObject({
  contentType: z.string().regex(/^[a-z]+\/[A-Za-z0-9.+-]{1,60}(; ?charset=[A-Za-z0-9-]{1,20})?$/),
  /** How values are escaped as they are put in; by the content type unless said. */
  escape: z.enum(['json', 'xml', 'none']).optional(),
  text: TemplateText,
})
export type RawBody = z.output<typeof RawBody>

const request = {
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH']).optional(),
  /** Below baseURL. */
  path: TemplateText.optional(),
  /** Another server than that of baseURL; its host is no template. */
  url: TemplateText.optional(),
  /** For a step that has a url. */
  tls: Tls.optional(),
  query: z.record(z.string().min(1).max(200), TemplateText).default({}),
  headers: z.record(HeaderName, TemplateText).default({}),
  /** JSON whose texts are templates. */
  body: z.union([z.record(z.string(), z.json()), z.array(z.json())]).optional(),
  form: z.record(z.string().min(1).max(200), TemplateText).optional(),
  rawBody: RawBody.optional(),
}

interface Shape {
  readonly path?: unknown
  readonly url?: unknown
  readonly tls?: unknown
  readonly body?: unknown
  readonly form?: unknown
  readonly rawBody?: unknown
}

const count = (...values: readonly unknown[]) => values.filter((it) => it !== undefined).length
const hasOneTarget = ({ path, url }: Shape) => count(path, url) === 1
const hasOneBody = ({ body, form, rawBody }: Shape) => count(body, form, rawBody) <= 1
const hasOwnTls = ({ url, tls }: Shape) => tls === undefined || url !== undefined
const oneTarget = 'needs one of path and url'
const oneBody = 'body, form and rawBody exclude each other'
const ownTls = 'tls needs url: a step with a path uses the tls of all'

/** A step that hands in, asks or fetches. */
export const Step = z
  .strictObject({ ...request, response: Response.prefault({}) })
  .refine(hasOneTarget, oneTarget)
  .refine(hasOneBody, oneBody)
  .refine(hasOwnTls, ownTls)
export type Step = z.output<typeof Step>

/** A step that proves that the PKI works. */
export const HealthStep = z
  .strictObject({ ...request, response: HealthResponse.prefault({}) })
  .refine(hasOneTarget, oneTarget)
  .refine(hasOneBody, oneBody)
  .refine(hasOwnTls, ownTls)

/** A step that gives a token to those after it, as `.token`. */
export const LoginStep = z
  .strictObject({
    ...request,
    response: LoginResponse,
    /** How long a token holds whose answer does not say. */
    defaultTTL: LongDuration.prefault('10m'),
    /** Before its end a token is no longer used. */
    renewBefore: durationWithin(0, 3_600_000).prefault('15s'),
  })
  .refine(hasOneTarget, oneTarget)
  .refine(hasOneBody, oneBody)
  .refine(hasOwnTls, ownTls)
export type LoginStep = z.output<typeof LoginStep>

/** What all steps have in common. */
export type AnyStep = Omit<Step, 'response'>
