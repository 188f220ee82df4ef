import type { GoString } from '../value/value.ts'

/** How long the short name of a zone is at the beginning of a text, by Go's rules; 0 where there is none. */
export function zoneNameLength(text: GoString): number {
  if (/^(?:ChST|MeST)/.test(text)) return 4
  if (text.startsWith('GMT')) return 3 + signedHoursLength(text.slice(3))
  if (/^[+-]..$/s.test(text.slice(0, 3))) return signedHoursLength(text)
  const capitals = /^[A-Z]{0,6}/.exec(text)?.[0] ?? ''
  if (capitals.length === 5) return capitals.endsWith('T') ? 5 : 0
  if (capitals.length === 4) return capitals.endsWith('T') || capitals === 'WITA' ? 4 : 0
  return capitals.length === 3 ? 3 : 0
}

/** Hours of `GMT+3` in seconds; Go knows nothing of other names and takes them for UTC. */
export function offsetOfName(name: GoString): number {
  return name.length > 3 && name.startsWith('GMT') ? Number(name.slice(3)) * 3600 : 0
}

/** A sign and hours, at most 23. */
function signedHoursLength(text: GoString): number {
  const hours = /^[+-](\d+)/.exec(text)
  return hours !== null && Number(hours[1]) <= 23 ? hours[0].length : 0
}
