import { nearestInt64 } from '../value/numbers.ts'
import type { GoString } from '../value/value.ts'
import { type Civil, civilOf, unixOf } from './civil.ts'
import { second } from './durations.ts'
import { formatTime } from './layout-format.ts'
import { utc, type Zone } from './zone.ts'

/** A moment to the nanosecond, and the zone that it is shown in. */
export class Moment {
  readonly unixSeconds: bigint
  /** 0 to 999,999,999. */
  readonly nanosecond: number
  readonly zone: Zone

  constructor(unixSeconds: bigint, nanosecond: number, zone: Zone) {
    this.unixSeconds = BigInt.asIntN(64, unixSeconds)
    this.nanosecond = nanosecond
    this.zone = zone
  }

  /** Milliseconds since 1970, in UTC. */
  static ofMs(ms: number): Moment {
    const seconds = Math.floor(ms / 1000)
    return new Moment(BigInt(seconds), Math.floor(ms - seconds * 1000) * 1_000_000, utc)
  }

  /** Nanoseconds since 1970, beyond int64 too. */
  get nanoseconds(): bigint {
    return this.unixSeconds * second + BigInt(this.nanosecond)
  }

  /** The date and the time of day in the zone. */
  get civil(): Civil {
    return civilOf(this.unixSeconds + BigInt(this.zone.at(this.unixSeconds).seconds))
  }

  add(nanoseconds: bigint): Moment {
    const sum = this.nanoseconds + nanoseconds
    const rest = ((sum % second) + second) % second
    return new Moment((sum - rest) / second, Number(rest), this.zone)
  }

  /** Years, months and days later; a day that the month has not runs into the next. */
  addDate(years: number, months: number, days: number): Moment {
    const { year, month, day, hour, minute, second: ofMinute } = this.civil
    const ofYear = month - 1 + months
    const atMonth = ((ofYear % 12) + 12) % 12
    const local = unixOf(
      year + years + Math.floor(ofYear / 12),
      atMonth + 1,
      day + days,
      (hour * 60 + minute) * 60 + ofMinute,
    )
    const guess = local - BigInt(this.zone.at(local).seconds)
    return new Moment(local - BigInt(this.zone.at(guess).seconds), this.nanosecond, this.zone)
  }

  /** Nanoseconds from another moment to this one, within int64. */
  since(other: Moment): bigint {
    return nearestInt64(this.nanoseconds - other.nanoseconds)
  }

  in(zone: Zone): Moment {
    return new Moment(this.unixSeconds, this.nanosecond, zone)
  }

  /** As Go's Time.Format writes it. */
  format(layout: GoString): GoString {
    const zone = this.zone.at(this.unixSeconds)
    return formatTime(layout, { civil: this.civil, nanosecond: this.nanosecond, zone })
  }
}

/** The beginning of year 1, which is Go's zero value. */
export const zeroMoment = new Moment(-62_135_596_800n, 0, utc)
