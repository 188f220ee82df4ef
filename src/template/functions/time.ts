import { FunctionError } from '../error.ts'
import type { JsonForm } from '../value/json.ts'
import { any, type GoString, Int, type Method, Opaque, type Value } from '../value/value.ts'
import { DurationValue } from './duration-value.ts'
import { Moment } from './moment.ts'
import { addDate, own, parts, type Result, relations, shifts } from './moment-methods.ts'

/** A time.Time. It has no monotonic clock, the reading of which Go's `now` prints too. */
export class GoTime extends Opaque implements JsonForm {
  readonly type = 'time.Time'
  readonly kind = 'struct'
  readonly moment: Moment

  constructor(moment: Moment) {
    super()
    this.moment = moment
  }

  override text(): GoString {
    return this.moment.format('2006-01-02 15:04:05.999999999 -0700 MST')
  }

  /** RFC 3339, which has no year beyond 9999 and no zone a day from UTC. */
  jsonForm(): Value {
    const { year } = this.moment.civil
    const { seconds } = this.moment.zone.at(this.moment.unixSeconds)
    if (year < 0 || year > 9999 || Math.abs(seconds) >= 86_400) {
      throw new FunctionError('a time beyond RFC 3339 has no form in JSON')
    }
    return this.moment.format('2006-01-02T15:04:05.999999999Z07:00')
  }

  override method(name: GoString): Method | undefined {
    const { moment } = this
    if (name === 'String') return { params: [], call: () => this.text() }
    if (name === 'Format') return { params: ['string'], call: ([layout]) => moment.format(textOf(layout)) }
    if (name === 'AddDate') {
      return { params: ['int', 'int', 'int'], call: (by) => valueOf(addDate(moment, by.map(nanosecondsOf))) }
    }
    const part = own(parts, name)
    if (part !== undefined) return { params: [], call: () => valueOf(part(moment)) }
    const relation = own(relations, name)
    if (relation !== undefined) {
      return { params: ['time.Time'], call: ([other]) => valueOf(relation(moment, momentOf(other))) }
    }
    const shift = own(shifts, name)
    return shift && { params: [any], call: ([by]) => valueOf(shift(moment, nanosecondsOf(by))) }
  }
}

/** The moment of a time.Time. Throws FunctionError for another value. */
export function momentOf(value: Value | undefined): Moment {
  if (value instanceof GoTime) return value.moment
  throw new FunctionError('wants a time.Time')
}

function valueOf(result: Result): Value {
  return result instanceof Moment ? new GoTime(result) : result
}

function textOf(value: Value | undefined): GoString {
  if (typeof value === 'string') return value
  throw new FunctionError('wants a string')
}

function nanosecondsOf(value: Value | undefined): bigint {
  if (value instanceof DurationValue) return value.nanoseconds
  if (value instanceof Int) return BigInt.asIntN(64, value.value)
  throw new FunctionError('wants a time.Duration')
}
