import { parseDuration } from '../std/duration.ts'

/** When something begins, again and again, in UTC. */
export interface Schedule {
  /** The first beginning at or after a time, in milliseconds since the epoch; undefined when none is near. */
  next(fromMs: number): number | undefined
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
/** Between two 29ths of February lie eight years at most. */
const farthestMs = 9 * 366 * dayMs

const named: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

/**
 * Reads five cron fields, a name such as `@daily`, or `@every 1h30m`, as ESO's cron library does (lists, ranges,
 * steps, names of months and days; where days of month and of week are both restricted, either counts). Undefined for
 * anything else. `@every` begins at whole multiples of its period since 1970: the same for all, whenever they began.
 */
export function parseSchedule(text: string): Schedule | undefined {
  if (text.startsWith('@every ')) return periodic(text.slice('@every '.length))
  const words = (named.get(text) ?? text).split(/\s+/).filter((it) => it !== '')
  const fields = words.map((word, index) => parseField(word, bounds[index]))
  const [minute, hour, day, month, weekday] = fields
  if (words.length !== bounds.length || !minute || !hour || !day || !month || !weekday) return undefined
  const cron = { minute, hour, day, month, weekday }
  return { next: (fromMs) => nextOf(cron, fromMs) }
}

function periodic(text: string): Schedule | undefined {
  const wantedMs = parseDuration(text)
  if (wantedMs === undefined || wantedMs < 1000) return undefined
  const periodMs = Math.floor(wantedMs / 1000) * 1000
  return { next: (fromMs) => Math.ceil(fromMs / periodMs) * periodMs }
}

interface Bounds {
  readonly least: number
  readonly most: number
  readonly names?: readonly string[]
}

const bounds: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  {
    least: 1,
    most: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { least: 0, most: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]

interface Field {
  readonly values: ReadonlySet<number>
  /** A star is in it: it restricts nothing. */
  readonly isAny: boolean
}

function parseField(text: string, limits: Bounds | undefined): Field | undefined {
  if (limits === undefined) return undefined
  const ranges = text.split(',').map((it) => parseRange(it, limits))
  const values = new Set<number>()
  for (const range of ranges) {
    if (range === undefined) return undefined
    for (let value = range.first; value <= range.last; value += range.step) values.add(value)
  }
  return { values, isAny: ranges.some((it) => it?.isAny) }
}

interface Range {
  readonly first: number
  readonly last: number
  readonly step: number
  readonly isAny: boolean
}

/** `*`, `?`, `5`, `5-9`, each with a step or not; `5/10` goes on from 5 to the end. */
function parseRange(text: string, { least, most, names = [] }: Bounds): Range | undefined {
  const match = /^(?:([*?])|(\w+)(?:-(\w+))?)(?:\/(\d{1,9}))?$/.exec(text)
  if (match === null) return undefined
  const [, star, low = '', high, steps] = match
  const step = steps === undefined ? 1 : Number(steps)
  const first = star === undefined ? numberOf(low, names, least) : least
  const end = steps === undefined ? first : most
  const last = star === undefined ? (high === undefined ? end : numberOf(high, names, least)) : most
  const isInside = first >= least && first <= last && last <= most
  return isInside && step > 0 ? { first, last, step, isAny: star !== undefined && step === 1 } : undefined
}

/** A number or a name; NaN for anything else, which lies in no range. */
function numberOf(text: string, names: readonly string[], least: number): number {
  const index = names.indexOf(text.toLowerCase())
  if (index !== -1) return index + least
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
}

interface Cron {
  readonly minute: Field
  readonly hour: Field
  readonly day: Field
  readonly month: Field
  readonly weekday: Field
}

function nextOf(cron: Cron, fromMs: number): number | undefined {
  const firstMs = Math.ceil(fromMs / minuteMs) * minuteMs
  const firstDayMs = Math.floor(firstMs / dayMs) * dayMs
  for (let dayStartMs = firstDayMs; dayStartMs < firstDayMs + farthestMs; dayStartMs += dayMs) {
    if (!isDay(cron, new Date(dayStartMs))) continue
    const timeMs = timeOfDay(cron, Math.max(0, firstMs - dayStartMs))
    if (timeMs !== undefined) return dayStartMs + timeMs
  }
  return undefined
}

function isDay({ day, month, weekday }: Cron, date: Date): boolean {
  if (!month.values.has(date.getUTCMonth() + 1)) return false
  const isDayOfMonth = day.values.has(date.getUTCDate())
  const isDayOfWeek = weekday.values.has(date.getUTCDay())
  return day.isAny || weekday.isAny ? isDayOfMonth && isDayOfWeek : isDayOfMonth || isDayOfWeek
}

function timeOfDay({ hour, minute }: Cron, fromMs: number): number | undefined {
  for (let timeMs = fromMs; timeMs < dayMs; timeMs += minuteMs) {
    const minutes = timeMs / minuteMs
    if (hour.values.has(Math.floor(minutes / 60)) && minute.values.has(minutes % 60)) return timeMs
  }
  return undefined
}
