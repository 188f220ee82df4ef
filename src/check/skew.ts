import { ok, skipped, type Verdict, warned } from './finding.ts'

const mostMs = 30_000

/**
 * How far a server's clock is from ours, by its Date header (RFC 9110, 6.6.1), which has whole seconds and was written
 * between sending and receiving.
 */
export function clockVerdict(
  date: unknown,
  { sentMs, receivedMs }: { readonly sentMs: number; readonly receivedMs: number },
): Verdict {
  const atMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  if (Number.isNaN(atMs)) return skipped('the server tells no time')
  const early = sentMs - (atMs + 1000)
  const late = atMs - receivedMs
  const aheadMs = Math.max(early, 0) - Math.max(late, 0)
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  if (Math.abs(aheadMs) <= mostMs) return ok(`its clock and ours differ by ${seconds} s`)
  return warned(
    `our clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the server`,
    'set the clocks by NTP: tokens and certificates are judged by them',
  )
}
