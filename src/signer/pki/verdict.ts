import type { HttpAnswer } from './http-answer.ts'
import { jsonOf } from './http-answer.ts'
import { valuesAt } from './json-path.ts'
import type { Outcome, Rule } from './schema-response.ts'

/** Whose answer it is: only a request can be refused; a login or a health check that is refused is the issuer's fault. */
export type Purpose = 'request' | 'access'

/** What an answer means. */
export interface Verdict {
  readonly is: Outcome
  /** The configuration's own words for it. */
  readonly message?: string | undefined
}

/** The first rule that fits; else what the status means everywhere. */
export function judge(answer: HttpAnswer, rules: readonly Rule[], purpose: Purpose): Verdict {
  const rule = rules.find((it) => fits(it, answer))
  return rule === undefined ? { is: usual(answer.status, purpose) } : { is: rule.is, message: rule.message }
}

function fits({ status, when }: Rule, answer: HttpAnswer): boolean {
  return isAmong(answer.status, status) && (when === undefined || holds(when, answer))
}

function isAmong(status: number, ranges: Rule['status']): boolean {
  if (ranges === undefined) return true
  return listOf(ranges).some(([first, last]) => status >= first && status <= last)
}

function listOf(ranges: NonNullable<Rule['status']>): readonly (readonly [number, number])[] {
  const [head] = ranges
  return typeof head === 'number'
    ? [ranges as readonly [number, number]]
    : (ranges as (readonly [number, number])[])
}

function holds({ path, equals }: NonNullable<Rule['when']>, answer: HttpAnswer): boolean {
  const wanted = Array.isArray(equals) ? equals : [equals]
  return valuesAt(jsonOf(answer), path).some((it) => wanted.some((one) => one === it))
}

const passing = new Set([408, 425, 429])

function usual(status: number, purpose: Purpose): Outcome {
  if (status < 300) return 'success'
  if (status < 400) return 'issuer-fault'
  if (status === 401 || status === 403) return 'unauthorized'
  if (status >= 500 || passing.has(status)) return 'retry'
  return purpose === 'request' ? 'refused' : 'issuer-fault'
}
