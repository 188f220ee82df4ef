/** A date and a time of day in the Gregorian calendar; months and days count from 1. */
export interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** From 1. */
  readonly yearDay: number
  /** Sunday is 0. */
  readonly weekday: number
}

const daySeconds = 86_400n
const daysIn400Years = 146_097
const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The first second of which Go's calendar knows; it counts 2^64 of them and begins anew. */
const first = BigInt(daysOf(-292_277_022_400, 3, 1)) * daySeconds

/** The date of so many seconds since 1970 in UTC. */
export function civilOf(unixSeconds: bigint): Civil {
  const seconds = BigInt.asUintN(64, unixSeconds - first) + first
  const ofDay = Number(((seconds % daySeconds) + daySeconds) % daySeconds)
  const days = Number((seconds - BigInt(ofDay)) / daySeconds)
  return {
    ...dateOf(days),
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  }
}

/** Seconds since 1970 of a date and a time in UTC; the day and the time may be beyond their range. */
export function unixOf(year: number, month: number, day: number, secondOfDay: number): bigint {
  return BigInt(daysOf(year, month, 1) + day - 1) * daySeconds + BigInt(secondOfDay)
}

/** By the rule of Gregory, also for the years before it. */
export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** 28 to 31; 0 for a month that is not 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (monthDays[month - 1] ?? 0)
}

/** Days since 1970-01-01. */
function daysOf(year: number, month: number, day: number): number {
  const before = year - 1
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  return before * 365 + leapDays + yearDayOf(year, month, day) - 719_163
}

function yearDayOf(year: number, month: number, day: number): number {
  return (daysBeforeMonth[month - 1] ?? 0) + (month > 2 && isLeap(year) ? 1 : 0) + day
}

function dateOf(days: number): Pick<Civil, 'year' | 'month' | 'day' | 'yearDay'> {
  let year = Math.floor((days * 400) / daysIn400Years) + 1970
  while (daysOf(year, 1, 1) > days) year--
  while (daysOf(year + 1, 1, 1) <= days) year++
  const yearDay = days - daysOf(year, 1, 1) + 1
  let month = 12
  while (yearDayOf(year, month, 1) > yearDay) month--
  return { year, month, day: yearDay - yearDayOf(year, month, 1) + 1, yearDay }
}
