import type { CheckStatus, Finding } from './finding.ts'

const marks: Readonly<Record<CheckStatus, string>> = {
  ok: 'ok',
  warn: 'warn',
  failed: 'FAILED',
  skipped: 'skipped',
}

/** A finding for people: one line, and below it what to do. */
export function textOf({ status, check, object, message, remedy }: Finding): string {
  const about = object === undefined ? '' : ` ${object}:`
  const head = oneLine(`${marks[status].padEnd(7)} ${check.padEnd(16)}${about} ${message}`)
  return remedy === undefined ? head : `${head}\n${' '.repeat(8)}-> ${oneLine(remedy)}`
}

/** The last line. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (status: CheckStatus) => findings.filter((it) => it.status === status).length
  return `${count('ok')} ok, ${count('warn')} warnings, ${count('failed')} failed, ${count('skipped')} skipped`
}

/** The findings as a JSON array. */
export function jsonOf(findings: readonly Finding[]): string {
  return JSON.stringify(findings, undefined, 2)
}

/** 1 when something failed. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 {
  return findings.some((it) => it.status === 'failed') ? 1 : 0
}

/** Names and certificates of others may hold anything; a terminal must not obey it. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
}
