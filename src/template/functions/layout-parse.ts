import type { GoString } from '../value/value.ts'
import { daysInMonth, isLeap, unixOf } from './civil.ts'
import {
  dayNames,
  isFraction,
  type LayoutPiece,
  monthNames,
  type OffsetForm,
  offsetFormOf,
  piecesOf,
} from './layout.ts'
import { offsetOfName, zoneNameLength } from './layout-zone.ts'
import { Moment } from './moment.ts'
import { fixedZone, utc, type Zone } from './zone.ts'

/** The time that Go's time.ParseInLocation reads, the location being UTC; undefined where Go gives an error. */
export function parseTime(layout: GoString, text: GoString): Moment | undefined {
  const parser = new TimeParser(text)
  const pieces = piecesOf(layout)
  for (const [index, piece] of pieces.entries()) {
    const isRead = piece.isToken
      ? parser.token(piece.text, nextToken(pieces, index))
      : parser.literal(piece.text)
    if (!isRead) return undefined
  }
  return parser.result()
}

/** The token behind a piece; two pieces of text never stand together. */
function nextToken(pieces: readonly LayoutPiece[], index: number): GoString {
  const token = [pieces[index + 1], pieces[index + 2]].find((it) => it?.isToken)
  return token?.text ?? ''
}

class TimeParser {
  #rest: GoString
  #year = 0
  #month: number | undefined
  #day: number | undefined
  #yearDay: number | undefined
  #hour = 0
  #minute = 0
  #second = 0
  #nanosecond = 0
  #half: 'am' | 'pm' | undefined
  #isUtc = false
  #offset: number | undefined
  #zoneName = ''

  constructor(text: GoString) {
    this.#rest = text
  }

  /** Text that stands for itself; any spaces stand for any others, and for none at the end. */
  literal(text: GoString): boolean {
    for (const [run] of text.matchAll(/ +|[^ ]+/g)) {
      if (!run.startsWith(' ')) {
        if (!this.#rest.startsWith(run)) return false
        this.#rest = this.#rest.slice(run.length)
        continue
      }
      if (this.#rest !== '' && !this.#rest.startsWith(' ')) return false
      this.#rest = this.#rest.replace(/^ +/, '')
    }
    return true
  }

  token(text: GoString, next: GoString): boolean {
    const form = offsetFormOf(text)
    if (form !== undefined) return this.#zoneOffset(form)
    if (isFraction(text)) return this.#fraction(text)
    switch (text) {
      case '06':
        return this.#shortYear()
      case '2006':
        return this.#longYear()
      case 'Jan':
      case 'January':
        return this.#monthName(text.length)
      case 'Mon':
      case 'Monday':
        return this.#name(dayNames.map((it) => it.slice(0, text.length === 3 ? 3 : undefined))) !== undefined
      case '_2':
      case '__2':
        this.#rest = this.#rest.replace(text === '_2' ? /^ / : /^ {1,2}/, '')
        return text === '_2' ? this.#dayOf('2') : this.#yearDayOf(/^\d{1,3}/)
      case '002':
        return this.#yearDayOf(/^\d{3}/)
      case 'PM':
      case 'pm':
        return this.#dayHalf(text)
      case 'MST':
        return this.#zone()
      default:
        return this.#number(text, next)
    }
  }

  result(): Moment | undefined {
    if (this.#rest !== '') return undefined
    const date = this.#yearDay === undefined ? this.#monthAndDay() : this.#dateOfYearDay(this.#yearDay)
    if (date === undefined || date.day < 1 || date.day > daysInMonth(this.#year, date.month)) return undefined
    const seconds = (this.#hourOfDay() * 60 + this.#minute) * 60 + this.#second
    const unixSeconds = unixOf(this.#year, date.month, date.day, seconds)
    return this.#inZone(unixSeconds)
  }

  #inZone(unixSeconds: bigint): Moment {
    const [name, offset] = [this.#zoneName, this.#offset]
    const at = (seconds: bigint, zone: Zone) => new Moment(seconds, this.#nanosecond, zone)
    if (this.#isUtc) return at(unixSeconds, utc)
    if (offset === undefined) return at(unixSeconds, name === '' ? utc : fixedZone(name, offsetOfName(name)))
    return at(unixSeconds - BigInt(offset), offset === 0 && name === '' ? utc : fixedZone(name, offset))
  }

  #hourOfDay(): number {
    if (this.#half === 'pm' && this.#hour < 12) return this.#hour + 12
    return this.#half === 'am' && this.#hour === 12 ? 0 : this.#hour
  }

  #monthAndDay(): { month: number; day: number } {
    return { month: this.#month ?? 1, day: this.#day ?? 1 }
  }

  #dateOfYearDay(yearDay: number): { month: number; day: number } | undefined {
    if (yearDay < 1 || yearDay > (isLeap(this.#year) ? 366 : 365)) return undefined
    let month = 1
    let day = yearDay
    while (day > daysInMonth(this.#year, month)) day -= daysInMonth(this.#year, month++)
    const fits = (this.#month ?? month) === month && (this.#day ?? day) === day
    return fits ? { month, day } : undefined
  }

  #take(pattern: RegExp): GoString | undefined {
    const text = pattern.exec(this.#rest)?.[0]
    if (text !== undefined) this.#rest = this.#rest.slice(text.length)
    return text
  }

  /** A number of one or two digits, or of two where the token has a zero. */
  #digits(token: GoString): number {
    return Number(this.#take(token.startsWith('0') ? /^\d\d/ : /^\d\d?/) ?? Number.NaN)
  }

  #number(token: GoString, next: GoString): boolean {
    if (token === '2' || token === '02') return this.#dayOf(token)
    const value = this.#digits(token)
    if (token === '1' || token === '01') return this.#monthOf(value)
    if (token === '15') this.#hour = value
    if (token === '3' || token === '03') this.#hour = value
    if (token === '4' || token === '04') this.#minute = value
    if (token === '5' || token === '05') return this.#secondOf(value, next)
    return value <= (token === '15' ? 23 : token.endsWith('3') ? 12 : 59)
  }

  #monthOf(value: number): boolean {
    this.#month = value
    return value >= 1 && value <= 12
  }

  /** A fraction may follow though the layout has none. */
  #secondOf(value: number, next: GoString): boolean {
    this.#second = value
    if (!(value <= 59)) return false
    if (isFraction(next)) return true
    this.#setFraction(this.#take(/^[.,]\d+/) ?? '')
    return true
  }

  #dayOf(token: GoString): boolean {
    this.#day = this.#digits(token)
    return !Number.isNaN(this.#day)
  }

  #yearDayOf(pattern: RegExp): boolean {
    this.#yearDay = Number(this.#take(pattern) ?? Number.NaN)
    return !Number.isNaN(this.#yearDay)
  }

  #shortYear(): boolean {
    const text = this.#take(/^(?:\d\d|[+-]\d)/)
    const year = Number(text ?? Number.NaN)
    this.#year = year >= 69 ? year + 1900 : year + 2000
    return text !== undefined
  }

  #longYear(): boolean {
    this.#year = Number(this.#take(/^\d{4}/) ?? Number.NaN)
    return !Number.isNaN(this.#year)
  }

  #monthName(length: number): boolean {
    const index = this.#name(monthNames.map((it) => it.slice(0, length === 3 ? 3 : undefined)))
    this.#month = (index ?? 0) + 1
    return index !== undefined
  }

  #name(names: readonly string[]): number | undefined {
    const index = names.findIndex((it) => this.#rest.slice(0, it.length).toLowerCase() === it.toLowerCase())
    if (index < 0) return undefined
    this.#rest = this.#rest.slice(names[index]?.length)
    return index
  }

  #dayHalf(token: 'PM' | 'pm'): boolean {
    const text = this.#take(token === 'PM' ? /^[AP]M/ : /^[ap]m/)
    if (text === undefined) return false
    this.#half = text.toLowerCase() === 'am' ? 'am' : 'pm'
    return true
  }

  #fraction(token: GoString): boolean {
    if (token.charAt(1) === '9') {
      this.#setFraction(this.#take(/^[.,]\d+/) ?? '')
      return true
    }
    const digits = token.length - 1
    const text = this.#rest.slice(0, digits + 1)
    this.#rest = this.#rest.slice(digits + 1)
    if (!/^[.,][+-]?\d+$/.test(text.slice(0, 10)) || text.length !== digits + 1) return false
    this.#setFraction(text)
    return !/^.-0*[1-9]/.test(text)
  }

  /** Digits beyond nanoseconds are dropped. */
  #setFraction(text: GoString): void {
    if (text !== '') this.#nanosecond = Number(text.slice(1, 10)) * 10 ** Math.max(0, 10 - text.length)
  }

  #zoneOffset(form: OffsetForm): boolean {
    if (form.zulu && this.#take(/^Z/) !== undefined) {
      this.#isUtc = true
      return true
    }
    const match = offsetPattern(form).exec(this.#rest)
    if (match === null) return false
    this.#rest = this.#rest.slice(match[0].length)
    const [hours, minutes, seconds] = [match[2], match[3], match[4]].map((it) => Number(it ?? 0))
    if (hours === undefined || minutes === undefined || seconds === undefined) return false
    const magnitude = (hours * 60 + minutes) * 60 + seconds
    // Go marks by -1 that there was no offset.
    if (match[1] === '+' || magnitude !== 1) this.#offset = match[1] === '-' ? -magnitude : magnitude
    return hours <= 24 && minutes <= 60 && seconds <= 60
  }

  #zone(): boolean {
    if (this.#take(/^UTC/) !== undefined) {
      this.#isUtc = true
      return true
    }
    const length = zoneNameLength(this.#rest)
    this.#zoneName = this.#rest.slice(0, length)
    this.#rest = this.#rest.slice(length)
    return length > 0
  }
}

function offsetPattern({ colon, minutes, seconds }: OffsetForm): RegExp {
  const separator = colon ? ':' : ''
  const part = `${separator}(\\d\\d)`
  return new RegExp(`^([+-])(\\d\\d)${minutes ? part : ''}${seconds ? part : ''}`)
}
