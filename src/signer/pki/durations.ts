import type { Input } from '../../template/render-options.ts'

/** A duration in the forms that PKIs take; days and hours are rounded up, so that none is asked for nothing. */
export function durationForms(seconds: number): ReadonlyMap<string, Input> {
  return new Map<string, Input>([
    ['go', goForm(seconds)],
    ['seconds', seconds],
    ['minutes', Math.ceil(seconds / 60)],
    ['hours', Math.ceil(seconds / 3600)],
    ['days', Math.ceil(seconds / 86_400)],
    ['iso8601', `PT${seconds}S`],
  ])
}

/** As Go prints a time.Duration: `2160h0m0s`. */
function goForm(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  if (hours > 0) return `${hours}h${minutes}m${rest}s`
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`
}

/** The end of a certificate that begins now: RFC 3339, `2026-11-21 12:00:00` as EJBCA takes it, and Unix time. */
export function notAfterForms(nowMs: number, seconds: number): ReadonlyMap<string, Input> {
  const end = new Date(Math.floor(nowMs / 1000) * 1000 + seconds * 1000)
  const rfc3339 = end.toISOString().replace('.000Z', 'Z')
  return new Map<string, Input>([
    ['rfc3339', rfc3339],
    ['ejbca', rfc3339.replace('T', ' ').replace('Z', '')],
    ['unix', end.getTime() / 1000],
  ])
}
