import { FunctionError } from '../error.ts'
import { type Env, type Functions, fn, type GoFunction } from '../function.ts'
import { any, type GoString, Int, type Value } from '../value/value.ts'
import { coarseDuration, formatDuration, parseDuration, roundDuration, second } from './durations.ts'
import { parseTime } from './layout-parse.ts'
import { Moment, zeroMoment } from './moment.ts'
import { integerOrZero } from './numerals.ts'
import { GoTime, momentOf } from './time.ts'
import { loadZone, utc } from './zone.ts'

const htmlLayout = '2006-01-02'

const inZone = fn(['string', any, 'string'], ([layout, date, zone], env) => show(layout, date, zone, env))
const modify = fn(['string', 'time.Time'], ([by, time], env) =>
  modified(by, time, env.compat === 'strict', env),
)
const mustModify = fn(['string', 'time.Time'], ([by, time], env) => modified(by, time, true, env))

/** Dates and durations. The local zone is UTC; what is no time of day is shown as now, as sprig does. */
export const dateFunctions: Functions = {
  now: fn([], (_, env) => new GoTime(Moment.ofMs(env.nowMs))),
  date: fn(['string', any], ([layout, date], env) => show(layout, date, 'Local', env)),
  date_in_zone: inZone,
  dateInZone: inZone,
  htmlDate: fn([any], ([date], env) => show(htmlLayout, date, 'Local', env)),
  htmlDateInZone: fn([any, 'string'], ([date, zone], env) => show(htmlLayout, date, zone, env)),
  date_modify: modify,
  dateModify: modify,
  must_date_modify: mustModify,
  mustDateModify: mustModify,
  toDate: dateReader((env) => env.compat === 'strict'),
  mustToDate: dateReader(() => true),
  unixEpoch: fn(['time.Time'], ([time]) => String(momentOf(time).unixSeconds)),
  ago: fn([any], ([date], env) => {
    const now = Moment.ofMs(env.nowMs)
    return formatDuration(roundDuration(now.since(secondsOrTime(date, ['int64', 'int']) ?? now), second))
  }),
  duration: fn([any], ([seconds]) => formatDuration(BigInt.asIntN(64, secondsOf(seconds) * second))),
  durationRound: fn([any], ([value], env) => coarseDuration(spanOf(value, env))),
}

/** A zone that nobody knows is UTC. */
function show(layout: GoString, date: Value, zoneName: GoString, env: Env): GoString {
  env.budget.step(layout.length)
  env.budget.allocate(4 * layout.length)
  const time = secondsOrTime(date, ['int64', 'int', 'int32']) ?? Moment.ofMs(env.nowMs)
  return time.in(loadZone(zoneName) ?? utc).format(layout)
}

/** A time, or seconds since 1970 as an integer of the types that sprig takes. */
function secondsOrTime(date: Value, types: readonly string[]): Moment | undefined {
  if (date instanceof GoTime) return date.moment
  return date instanceof Int && types.includes(date.type) ? new Moment(date.value, 0, utc) : undefined
}

function modified(by: GoString, time: Value, isStrict: boolean, env: Env): GoTime {
  env.budget.step(by.length >> 2)
  const nanoseconds = parseDuration(by)
  const moment = momentOf(time)
  if (nanoseconds !== undefined) return new GoTime(moment.add(nanoseconds))
  if (isStrict) throw new FunctionError('wants a duration such as -1h30m')
  return new GoTime(moment)
}

function dateReader(isStrict: (env: Env) => boolean): GoFunction {
  return fn(['string', 'string'], ([layout, text], env) => {
    env.budget.step(layout.length + (text.length >> 6))
    const parsed = parseTime(layout, text)
    if (parsed !== undefined) return new GoTime(parsed)
    if (isStrict(env)) throw new FunctionError('is no time of that layout')
    return new GoTime(zeroMoment)
  })
}

function secondsOf(value: Value): bigint {
  if (typeof value === 'string') return integerOrZero(value)
  return value instanceof Int && value.type === 'int64' ? value.value : 0n
}

function spanOf(value: Value, env: Env): bigint {
  if (typeof value === 'string') {
    env.budget.step(value.length >> 2)
    return parseDuration(value) ?? 0n
  }
  if (value instanceof GoTime) return Moment.ofMs(env.nowMs).since(value.moment)
  return value instanceof Int && value.type === 'int64' ? value.value : 0n
}
