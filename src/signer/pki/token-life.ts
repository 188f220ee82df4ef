import { parseDuration } from '../../std/duration.ts'
import { type HttpAnswer, jsonOf } from './http-answer.ts'
import { valuesAt } from './json-path.ts'
import type { LoginResponse } from './schema-response.ts'

/** For how many milliseconds a token holds, as its answer says; undefined where it does not, or says nothing sensible. */
export function lifeMs(answer: HttpAnswer, ttl: LoginResponse['ttl'], nowMs: number): number | undefined {
  if (ttl === undefined) return undefined
  const [value] = valuesAt(jsonOf(answer), ttl.path)
  const ms = milliseconds(value, ttl.unit, nowMs)
  // Zero is Vault's word for a token without end.
  return ms !== undefined && Number.isFinite(ms) && ms > 0 ? ms : undefined
}

function milliseconds(
  value: unknown,
  unit: NonNullable<LoginResponse['ttl']>['unit'],
  nowMs: number,
): number | undefined {
  if (unit === 'go') return typeof value === 'string' ? parseDuration(value) : undefined
  if (unit === 'rfc3339') return typeof value === 'string' ? Date.parse(value) - nowMs : undefined
  const number = typeof value === 'string' ? Number.parseFloat(value) : value
  if (typeof number !== 'number') return undefined
  if (unit === 'unix') return number * 1000 - nowMs
  return unit === 'seconds' ? number * 1000 : number
}
