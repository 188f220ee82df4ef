import { expect, test } from 'vitest'
import { civilOf } from './civil.ts'
import { piecesOf } from './layout.ts'
import { formatTime } from './layout-format.ts'
import { parseTime } from './layout-parse.ts'

const tokensOf = (layout: string) =>
  piecesOf(layout)
    .filter((it) => it.isToken)
    .map((it) => it.text)

test.each([
  ['_2006', ['2006']],
  ['Jane Month January', ['January']],
  ['.000a ,99', ['.000', ',99']],
  ['-070000-07:00:00Z07', ['-070000', '-07:00:00', 'Z07']],
  ['002 __2 _2 15 1', ['002', '__2', '_2', '15', '1']],
])('the tokens of %j', (layout, tokens) => {
  expect(tokensOf(layout)).toEqual(tokens)
})

// 2031-08-09 07:06:05.04 at +05:30, by Go's time package.
const shown = {
  civil: civilOf(1_944_025_565n),
  nanosecond: 40_000_000,
  zone: { seconds: 19_800, name: 'IST' },
}

test.each([
  ['Mon Jan _2 15:04:05 MST 2006', 'Sat Aug  9 07:06:05 IST 2031'],
  ['02 Jan 06 15:04 -0700', '09 Aug 31 07:06 +0530'],
  ['3:04PM 03 pm', '7:06AM 07 am'],
  ['05.00 05,999 .9', '05.04 05,04 '],
  ['.0000000000', '.040000000'],
  ['002 __2', '221 221'],
  ['Z07 Z0700 Z07:00 Z070000 Z07:00:00', '+05 +0530 +05:30 +053000 +05:30:00'],
  ['-07 -07:00', '+05 +05:30'],
  ['Monday, January 2', 'Saturday, August 9'],
])('formatTime by %j', (layout, text) => {
  expect(formatTime(layout, shown)).toBe(text)
})

test('formatTime shows UTC as Z, and an offset where a zone has no name', () => {
  const at = (seconds: number) => ({ ...shown, zone: { seconds, name: '' } })

  expect(formatTime('Z07:00 -07:00 MST', at(0))).toBe('Z +00:00 +0000')
  expect(formatTime('Z07:00 MST -07:00:00', at(-12_601))).toBe('-03:30 -0330 -03:30:01')
})

test.each([
  ['2006-01-02', '2020-02-29', '2020-02-29T00:00:00Z'],
  ['06-1-2', '69-1-2', '1969-01-02T00:00:00Z'],
  ['January 2 2006', 'mArCh 3 2020', '2020-03-03T00:00:00Z'],
  ['2006 3:04 PM', '2020 12:00 AM', '2020-01-01T00:00:00Z'],
  ['2006 3:04 PM', '2020 12:00 PM', '2020-01-01T12:00:00Z'],
  ['2006 15:04:05', '2020 01:02:03.456', '2020-01-01T01:02:03.456Z'],
  ['2006 15:04:05.000', '2020 01:02:03,456', '2020-01-01T01:02:03.456Z'],
  ['002 2006', '060 2020', '2020-02-29T00:00:00Z'],
  ['2006 MST', '2020 GMT+3', '2020-01-01T03:00:00+03:00'],
  ['2006 MST', '2020 EST', '2020-01-01T00:00:00Z'],
  ['2006 -0700', '2020 -0730', '2020-01-01T00:00:00-07:30'],
  ['2006 Z07:00', '2020 Z', '2020-01-01T00:00:00Z'],
  ['2006  Jan', '2020     Feb', '2020-02-01T00:00:00Z'],
  ['2006 _2', '2020  7', '2020-01-07T00:00:00Z'],
])('parseTime by %j reads %j', (layout, text, rfc3339) => {
  expect(parseTime(layout, text)?.format('2006-01-02T15:04:05.999Z07:00')).toBe(rfc3339)
})

test.each([
  ['2006-01-02', '2019-02-29'],
  ['2006-01-02', '2020-1-2'],
  ['2006-01-02', '2020-13-01'],
  ['2006-01-02', '2020-01-02x'],
  ['15:04', '24:00'],
  ['3:04 PM', '13:00 PM'],
  ['5', '60'],
  ['002 2006', '366 2019'],
  ['2006-01-02 002', '2020-01-02 003'],
  ['2006 MST', '2020 utc'],
  ['2006 MST', '2020 ABCDEF'],
  ['2006 Z07:00', '2020 z'],
  ['2006 -07:00', '2020 +25:00'],
  ['05.000', '05.4'],
  ['Jan', 'Foo'],
  ['PM', 'XM'],
])('parseTime by %j refuses %j', (layout, text) => {
  expect(parseTime(layout, text)).toBeUndefined()
})
