import { FunctionError } from '../error.ts'
import { type GoString, int, int64, type Value } from '../value/value.ts'
import { DurationValue } from './duration-value.ts'
import { dayNames, monthNames } from './layout.ts'
import { type Moment, zeroMoment } from './moment.ts'
import { NamedInt } from './named-int.ts'
import { utc } from './zone.ts'

/** What a method of time.Time gives; a Moment stands for another time. */
export type Result = Value | Moment

/** Methods without parameters. */
export const parts: Readonly<Record<string, (time: Moment) => Result>> = {
  Unix: (it) => int64(it.unixSeconds),
  UnixMilli: (it) => int64(floorDivide(it.nanoseconds, 1_000_000n)),
  UnixMicro: (it) => int64(floorDivide(it.nanoseconds, 1000n)),
  UnixNano: (it) => int64(it.nanoseconds),
  Year: (it) => int(it.civil.year),
  Month: ({ civil: { month } }) => new NamedInt('time.Month', month, monthNames[month - 1] ?? ''),
  Day: (it) => int(it.civil.day),
  YearDay: (it) => int(it.civil.yearDay),
  Weekday: ({ civil: { weekday } }) => new NamedInt('time.Weekday', weekday, dayNames[weekday] ?? ''),
  Hour: (it) => int(it.civil.hour),
  Minute: (it) => int(it.civil.minute),
  Second: (it) => int(it.civil.second),
  Nanosecond: (it) => int(it.nanosecond),
  IsZero: (it) => it.nanoseconds === zeroMoment.nanoseconds,
  UTC: (it) => it.in(utc),
  Local: (it) => it.in(utc),
}

/** Methods with another time. */
export const relations: Readonly<Record<string, (time: Moment, other: Moment) => Result>> = {
  Sub: (it, other) => new DurationValue(it.since(other)),
  After: (it, other) => it.nanoseconds > other.nanoseconds,
  Before: (it, other) => it.nanoseconds < other.nanoseconds,
  Equal: (it, other) => it.nanoseconds === other.nanoseconds,
  Compare: (it, other) =>
    int(it.nanoseconds === other.nanoseconds ? 0 : it.nanoseconds < other.nanoseconds ? -1 : 1),
}

/** Methods with a duration, in nanoseconds. */
export const shifts: Readonly<Record<string, (time: Moment, by: bigint) => Result>> = {
  Add: (it, by) => it.add(by),
  Truncate: (it, by) => it.add(-remainder(it, by)),
  Round: (it, by) => {
    const rest = remainder(it, by)
    return it.add(by <= 0n || rest * 2n < by ? -rest : by - rest)
  },
}

/** Nanoseconds since the last multiple of a duration since year 1. */
function remainder(time: Moment, by: bigint): bigint {
  if (by <= 0n) return 0n
  const rest = (time.nanoseconds - zeroMoment.nanoseconds) % by
  return rest < 0n ? rest + by : rest
}

/** The most years, months or days that AddDate takes here; Go wraps around. */
const most = 1_000_000_000

/** Years, months and days later. */
export function addDate(time: Moment, by: readonly bigint[]): Moment {
  const [years = 0, months = 0, days = 0] = by.map(Number)
  if ([years, months, days].some((it) => Math.abs(it) > most)) throw new FunctionError('wants a nearer date')
  return time.addDate(years, months, days)
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value / by - (value % by < 0n ? 1n : 0n)
}

/** An entry of a table of its own, not of its prototype. */
export function own<Entry>(table: Readonly<Record<string, Entry>>, name: GoString): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
