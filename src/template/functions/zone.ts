import type { GoString } from '../value/value.ts'
import { isZone, shortZoneName } from './zone-names.ts'

/** What a zone is at one time: seconds east of UTC and a short name, `''` where its offset is its name. */
export interface ZoneOffset {
  readonly seconds: number
  readonly name: GoString
}

/** A time zone, as Go's time.Location. */
export interface Zone {
  readonly name: GoString
  at(unixSeconds: bigint): ZoneOffset
}

export const utc: Zone = fixedZone('UTC', 0)

/** A zone that never changes; without a name its offset is shown. */
export function fixedZone(name: GoString, seconds: number): Zone {
  const offset = { seconds, name }
  return { name, at: () => offset }
}

/** The zone of a name of the tz database, as Go's LoadLocation gives it; undefined where there is none. */
export function loadZone(name: GoString): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc
  if (!isZone(name)) return undefined
  const format = formatOf(name)
  return format && { name, at: (unixSeconds) => offsetAt(name, format, unixSeconds) }
}

/** The data of Intl may be older than the names. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
}

const offsetText = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/
/** The seconds that a Date can hold. */
const latest = 8_640_000_000_000n

function offsetAt(name: GoString, format: Intl.DateTimeFormat, unixSeconds: bigint): ZoneOffset {
  const within = unixSeconds > latest ? latest : unixSeconds < -latest ? -latest : unixSeconds
  const [, sign, hours, minutes, rest] = offsetText.exec(format.format(Number(within) * 1000)) ?? []
  const magnitude = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(rest ?? 0)
  const seconds = sign === '-' ? -magnitude : magnitude
  return { seconds, name: shortZoneName(name, seconds / 60) ?? offsetName(seconds) }
}

/** As the tz database writes it: `+03`, `-0330`. */
function offsetName(seconds: number): GoString {
  const minutes = Math.floor(Math.abs(seconds) / 60)
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((it) => String(it).padStart(2, '0'))
  return `${seconds < 0 ? '-' : '+'}${hour}${minute === '00' ? '' : minute}`
}
