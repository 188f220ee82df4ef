/** A time that a provider wrote, in milliseconds since the epoch: RFC 3339, Go's way, or Unix seconds or milliseconds. */
export function parseTime(text: unknown): number | undefined {
  if (typeof text === 'number') return fromNumber(text)
  if (typeof text !== 'string') return undefined
  const plain = text.trim()
  if (/^\d{1,20}(\.\d{1,9})?$/.test(plain)) return fromNumber(Number(plain))
  const [, day, time, zone = 'Z'] = stamp.exec(plain) ?? []
  if (day === undefined) return undefined
  const ms = Date.parse(`${day}T${time}${zoneOf(zone)}`)
  return Number.isNaN(ms) ? undefined : ms
}

const stamp =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?(?: \w{1,5})?$/

function zoneOf(zone: string): string {
  return /^[+-]\d{4}$/.test(zone)
    ? `${zone.slice(0, 3)}:${zone.slice(3)}`
    : zone.startsWith('+') || zone.startsWith('-')
      ? zone
      : 'Z'
}

/** Numbers below 2001 are lengths of time, not times; above 10^11 they are milliseconds. */
function fromNumber(value: number): number | undefined {
  if (!(value >= 1e9 && value <= 1e14)) return undefined
  return value < 1e11 ? value * 1000 : value
}

/** Seconds left, as a number or its text, in milliseconds. */
export function parseTtl(ttl: unknown): number | undefined {
  const seconds = typeof ttl === 'string' && /^\d{1,9}$/.test(ttl) ? Number(ttl) : ttl
  return typeof seconds === 'number' && seconds > 0 && seconds < 1e9 ? seconds * 1000 : undefined
}
