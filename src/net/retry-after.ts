const dayMs = 86_400_000
/** Dates of HTTP begin with the name of their day; Node would take `-5` and `1.5` for days of 2001. */
const dayName = /^[A-Z][a-z]{2}/

/** Retry-After (RFC 9110, 10.2.3) in milliseconds, a day at most; undefined for what is neither seconds nor a date. */
export function retryAfterMs(
  header: string | readonly string[] | undefined,
  nowMs: number,
): number | undefined {
  if (typeof header !== 'string') return undefined
  const text = header.trim()
  const dateMs = dayName.test(text) ? Date.parse(text) : Number.NaN
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : dateMs - nowMs
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), dayMs) : undefined
}
