import * as z from 'zod'
import { failure } from '../api/reason.ts'
import { Redacted } from '../std/redacted.ts'
import type { Minted } from '../store/provider.ts'
import { itemFailure } from './item-failure.ts'
import { isJsonObject } from './schema.ts'
import type { Session } from './session.ts'
import { sortedJson } from './sorted-json.ts'

/** What we use of the description of a dynamic secret. */
export const DynamicItem = z.object({
  item_general_info: z.object({ dynamic_secret_producer_details: z.object({ user_ttl: z.unknown() }) }),
})

/** How long the Gateway is to wait for the database; less than a call may take, for who hangs up loses the answer. */
const producerTimeoutSeconds = 15
/** How long a credential is taken to live when nothing tells. */
const unknownTtlSeconds = 600
/** Ten years: what says more is not a TTL. */
const longestTtlSeconds = 315_360_000

/** The body of a mint; for the test that holds it against the SDK. */
export function mintBody(name: string): object {
  return { name, timeout: producerTimeoutSeconds, json: false }
}

/**
 * Makes a new credential by one call, sent again only when its answer says that it made none: a token that is over, a
 * 429. AccessDenied, NotFound and Throttled made none; after another failure there may be one that nobody knows.
 */
export async function mintLease(item: string, session: Session): Promise<Minted> {
  const what = `make a credential of "${item}"`
  const answer = await session.call('get-dynamic-secret-value', mintBody(item), what)
  const problem = itemFailure(answer, what, session, undefined)
  if (problem !== undefined) throw problem
  const at = `Cannot ${what} at gateway "${session.host}"`
  const { body } = answer
  if (!isJsonObject(body)) throw failure('UnexpectedResponse', `${at}: the answer is not a JSON object`)
  const { id, ttl_in_minutes: minutes, ...fields } = body
  const ttlSeconds = parseMinutes(minutes) ?? (await describedTtl(item, session)) ?? unknownTtlSeconds
  return {
    item,
    id: idOf(id, at),
    ttlSeconds,
    value: { text: textOf(fields, at) },
    whole: { text: textOf(body, at) },
  }
}

/** Without an id it could be neither extended nor revoked, and each retry would leave one more behind. */
function idOf(id: unknown, at: string): string {
  if (typeof id === 'number') return String(id)
  if (typeof id === 'string' && id !== '' && id.length <= 1024) return id
  throw failure(
    'InvalidSpec',
    `${at}: the answer has no id to extend or revoke it by; dynamic secrets of this type are not supported`,
  )
}

/** JSON can be read at any depth, but written only at some. */
function textOf(fields: object, at: string): Redacted {
  try {
    return new Redacted(sortedJson(fields))
  } catch (error) {
    if (error instanceof RangeError)
      throw failure('UnexpectedResponse', `${at}: its value is nested too deep`)
    throw error
  }
}

/** Minutes, as a number or as its text, in whole seconds. */
function parseMinutes(minutes: unknown): number | undefined {
  const isNumber = typeof minutes === 'string' && /^\d{1,9}(\.\d{1,9})?$/.test(minutes)
  return secondsOf(isNumber ? Number(minutes) : minutes, 60)
}

/** The TTL that the dynamic secret is set to; undefined when it does not tell, for the credential is made by now. */
async function describedTtl(name: string, session: Session): Promise<number | undefined> {
  try {
    const answer = await session.call('describe-item', { name }, `read the TTL of "${name}"`)
    const { item_general_info: info } = DynamicItem.parse(answer.body)
    return parseDuration(info.dynamic_secret_producer_details.user_ttl)
  } catch {
    return undefined
  }
}

/** `60m`, `1h30m`, `24h`, `7d`, in whole seconds. */
function parseDuration(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^(\d{1,9}(\.\d{1,9})?[smhd])+$/.test(text)) return undefined
  let seconds = 0
  for (const [, amount, unit = ''] of text.matchAll(/([\d.]+)([smhd])/g))
    seconds += Number(amount) * (unitSeconds[unit] ?? 0)
  return secondsOf(seconds, 1)
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

function secondsOf(value: unknown, unit: number): number | undefined {
  if (typeof value !== 'number') return undefined
  const seconds = Math.round(value * unit)
  return seconds >= 1 && seconds <= longestTtlSeconds ? seconds : undefined
}
