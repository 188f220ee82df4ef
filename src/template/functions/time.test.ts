import { expect, test } from 'vitest'
import { called, print } from '../../../test/fakes/template/called.ts'
import { int, Opaque, type Value } from '../value/value.ts'

function timeOf(text: string): Opaque {
  const time = called('toDate', ['2006-01-02 15:04:05 -0700', text])
  if (time instanceof Opaque) return time
  throw new Error('no time')
}

function result(of: Opaque, name: string, args: readonly Value[] = []): Value {
  const method = of.method(name)
  if (method === undefined) throw new Error(`no method ${name}`)
  return method.call(args)
}

const time = timeOf('2031-01-09 17:36:07.25 +0200')

// What Go's time package gives.
test.each<[string, readonly Value[], string]>([
  ['Year', [], '2031'],
  ['Month', [], 'January'],
  ['Day', [], '9'],
  ['YearDay', [], '9'],
  ['Weekday', [], 'Thursday'],
  ['Hour', [], '17'],
  ['Minute', [], '36'],
  ['Second', [], '7'],
  ['Nanosecond', [], '250000000'],
  ['Unix', [], '1925739367'],
  ['UnixMilli', [], '1925739367250'],
  ['IsZero', [], 'false'],
  ['UTC', [], '2031-01-09 15:36:07.25 +0000 UTC'],
  ['Format', ['Jan 2'], 'Jan 9'],
  ['AddDate', [int(0), int(1), int(25)], '2031-03-06 17:36:07.25 +0200 +0200'],
  ['Add', [int(750_000_000)], '2031-01-09 17:36:08 +0200 +0200'],
  ['Truncate', [int(3_600_000_000_000n)], '2031-01-09 17:00:00 +0200 +0200'],
  ['Round', [int(3_600_000_000_000n)], '2031-01-09 18:00:00 +0200 +0200'],
  ['String', [], '2031-01-09 17:36:07.25 +0200 +0200'],
])('the method %s', (name, args, text) => {
  expect(print(result(time, name, args))).toBe(text)
})

test('times compare, and one less another is a duration', () => {
  const other = timeOf('2031-01-09 17:36:07 +0200')
  const between = result(time, 'Sub', [other])

  expect(print(between)).toBe('250ms')
  expect(between instanceof Opaque && print(result(between, 'Seconds'))).toBe('0.25')
  expect(result(time, 'After', [other])).toBe(true)
  expect(result(time, 'Before', [other])).toBe(false)
  expect(result(time, 'Equal', [timeOf('2031-01-09 15:36:07.25 +0000')])).toBe(true)
})

test('a time has no other methods and no fields', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'moment', 'Location']) {
    expect(time.method(name)).toBeUndefined()
    expect(time.field(name)).toBeUndefined()
  }
})

test('a time is RFC 3339 in JSON, and has no form beyond its years', () => {
  expect(called('toJson', [time])).toBe('"2031-01-09T17:36:07.25+02:00"')
  expect(called('toJson', [result(time, 'AddDate', [int(9000), int(0), int(0)])], { compat: 'eso' })).toBe('')
})
