import type { GoString } from '../value/value.ts'
import type { Civil } from './civil.ts'
import { dayNames, isFraction, monthNames, type OffsetForm, offsetFormOf, piecesOf } from './layout.ts'
import type { ZoneOffset } from './zone.ts'

/** A moment as its zone shows it. */
export interface Shown {
  readonly civil: Civil
  readonly nanosecond: number
  readonly zone: ZoneOffset
}

/** A time as Go's Time.Format writes it. */
export function formatTime(layout: GoString, time: Shown): GoString {
  return piecesOf(layout)
    .map(({ text, isToken }) => (isToken ? formatToken(text, time) : text))
    .join('')
}

const formats: Readonly<Record<string, (civil: Civil) => GoString>> = {
  '06': ({ year }) => padded(Math.abs(year) % 100, 2),
  '2006': ({ year }) => padded(year, 4),
  Jan: ({ month }) => monthName(month).slice(0, 3),
  January: ({ month }) => monthName(month),
  '1': ({ month }) => String(month),
  '01': ({ month }) => padded(month, 2),
  Mon: ({ weekday }) => dayName(weekday).slice(0, 3),
  Monday: ({ weekday }) => dayName(weekday),
  '2': ({ day }) => String(day),
  _2: ({ day }) => String(day).padStart(2),
  '02': ({ day }) => padded(day, 2),
  __2: ({ yearDay }) => String(yearDay).padStart(3),
  '002': ({ yearDay }) => padded(yearDay, 3),
  '15': ({ hour }) => padded(hour, 2),
  '3': ({ hour }) => String(twelve(hour)),
  '03': ({ hour }) => padded(twelve(hour), 2),
  '4': ({ minute }) => String(minute),
  '04': ({ minute }) => padded(minute, 2),
  '5': ({ second }) => String(second),
  '05': ({ second }) => padded(second, 2),
  PM: ({ hour }) => (hour >= 12 ? 'PM' : 'AM'),
  pm: ({ hour }) => (hour >= 12 ? 'pm' : 'am'),
}

function formatToken(token: GoString, { civil, nanosecond, zone }: Shown): GoString {
  if (isFraction(token)) return fraction(token, nanosecond)
  if (token === 'MST') return zone.name === '' ? offsetText(zone.seconds, numericName) : zone.name
  const form = offsetFormOf(token)
  if (form === undefined) return formats[token]?.(civil) ?? ''
  return form.zulu && zone.seconds === 0 ? 'Z' : offsetText(zone.seconds, form)
}

const numericName: OffsetForm = { zulu: false, colon: false, minutes: true, seconds: false }

function offsetText(seconds: number, form: OffsetForm): GoString {
  const minutes = Math.trunc(Math.abs(seconds) / 60)
  const parts = [padded(Math.trunc(minutes / 60), 2)]
  if (form.minutes) parts.push(padded(minutes % 60, 2))
  if (form.seconds) parts.push(padded(Math.abs(seconds) % 60, 2))
  const sign = Math.trunc(seconds / 60) < 0 ? '-' : '+'
  return sign + parts.join(form.colon ? ':' : '')
}

/** Zeros keep the digits that they stand for, nines drop zeros at the end. */
function fraction(token: GoString, nanosecond: number): GoString {
  const digits = padded(nanosecond, 9).slice(0, token.length - 1)
  const shown = token.charAt(1) === '9' ? digits.replace(/0+$/, '') : digits
  return shown === '' ? '' : token.charAt(0) + shown
}

function twelve(hour: number): number {
  return hour % 12 === 0 ? 12 : hour % 12
}

function monthName(month: number): string {
  return monthNames[month - 1] ?? ''
}

function dayName(weekday: number): string {
  return dayNames[weekday] ?? ''
}

function padded(value: number, width: number): GoString {
  const digits = String(Math.abs(value)).padStart(width, '0')
  return value < 0 ? `-${digits}` : digits
}
