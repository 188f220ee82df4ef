import * as z from 'zod'
import { parseDuration } from '../../std/duration.ts'
import { parseJsonPath } from './json-path.ts'

const dayMs = 86_400_000

/** A Go duration (`30s`, `1h30m`), in milliseconds afterwards. */
export function durationWithin(leastMs: number, mostMs: number) {
  const words = `a duration from ${leastMs} ms to ${Math.round(mostMs / 1000)} s, such as 30s or 1h30m`
  return z.string().transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms
    context.addIssue({ code: 'custom', message: `is not ${words}` })
    return z.NEVER
  })
}

/** A Go duration that stays a text, for settings that a preset hands on. */
export const DurationText = z
  .string()
  .refine((it) => (parseDuration(it) ?? -1) >= 0, 'is not a duration such as 30s or 1h30m')

/** Up to a year: for windows and lifetimes. */
export const LongDuration = durationWithin(0, 366 * dayMs)

/** A path into a JSON answer. */
export const Path = z
  .string()
  .max(1000)
  .transform((text, context) => {
    const path = parseJsonPath(text)
    if (path !== undefined) return path
    context.addIssue({ code: 'custom', message: 'is not a path such as data.chain[0]' })
    return z.NEVER
  })

/** A text that is a template in Go's language. */
export const TemplateText = z.string().max(65_536)

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/
/** What the connection itself is made of is not for users to say. */
const ownHeaders = /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|proxy-.*)$/i

/** The name of a header that a user may set. */
export const HeaderName = z
  .string()
  .regex(headerName, 'is not the name of a header')
  .refine((it) => !ownHeaders.test(it), 'is a header that Keyferry sets itself')

/** The name of a Kubernetes object (RFC 1123 subdomain). */
export const ObjectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'is not the name of an object')

/** A key of a Secret or ConfigMap. */
export const DataKey = z.string().regex(/^[A-Za-z0-9._-]{1,253}$/, 'is not a key of a Secret or ConfigMap')
