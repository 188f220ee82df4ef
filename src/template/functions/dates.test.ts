import { expect, test } from 'vitest'
import { called, print, printed, refusal } from '../../../test/fakes/template/called.ts'
import { int, int64, type Value } from '../value/value.ts'

const eso = { compat: 'eso' } as const
const nowMs = Date.UTC(2026, 10, 21, 9, 30, 15, 250)
const day: Value = called('toDate', ['2006-01-02 15:04:05 -0700', '2031-08-09 17:06:07 +0200'])

test('now is the time at which the render began', () => {
  expect(printed('now', [], { nowMs })).toBe('2026-11-21 09:30:15.25 +0000 UTC')
})

test.each<[string, readonly Value[], string]>([
  ['date', ['2006-01-02 15:04', day], '2031-08-09 15:06'],
  ['date', ['2006-01-02', int64(86_400)], '1970-01-02'],
  ['date', ['15:04:05', int(-1)], '23:59:59'],
  ['date', ['2006-01-02', 'no time'], '2026-11-21'],
  ['htmlDate', [day], '2031-08-09'],
  ['htmlDate', [null], '2026-11-21'],
  ['htmlDateInZone', [int(0), 'America/Los_Angeles'], '1969-12-31'],
  ['date_in_zone', ['15:04 MST', int(0), 'Asia/Tokyo'], '09:00 JST'],
  ['unixEpoch', [day], '1944054367'],
  ['dateModify', ['-1h30m', day], '2031-08-09 15:36:07 +0200 +0200'],
  ['must_date_modify', ['1.5s', day], '2031-08-09 17:06:08.5 +0200 +0200'],
  ['ago', [int(0)], '498681h30m15s'],
  ['ago', ['no time'], '0s'],
  ['durationRound', [day], '4y'],
])('%s', (name, args, text) => {
  expect(printed(name, args, { nowMs })).toBe(text)
})

test.each([
  ['', '12:26 UTC +0000'],
  ['Local', '12:26 UTC +0000'],
  ['Europe/Paris', '14:26 CEST +0200'],
  ['America/St_Johns', '09:56 NDT -0230'],
  ['Asia/Kathmandu', '18:11 +0545 +0545'],
  ['America/Sao_Paulo', '09:26 -03 -0300'],
  ['EST', '07:26 EST -0500'],
  ['europe/paris', '12:26 UTC +0000'],
  ['PST', '12:26 UTC +0000'],
  ['+01:00', '12:26 UTC +0000'],
  ['../UTC', '12:26 UTC +0000'],
  ['constructor', '12:26 UTC +0000'],
])('dateInZone in the zone %j', (zone, text) => {
  const seconds = int64(Date.UTC(2024, 6, 3, 12, 26) / 1000)

  expect(printed('dateInZone', ['15:04 MST -0700', seconds, zone])).toBe(text)
})

test.each(['toDate', 'mustToDate'])('%s refuses a text that is not of the layout', (name) => {
  expect(refusal(name, ['2006', 'secret'])).toBe('is no time of that layout')
})

test("in ESO's mode toDate gives the year 1, and dateModify the time as it was", () => {
  expect(printed('toDate', ['2006', 'x'], eso)).toBe('0001-01-01 00:00:00 +0000 UTC')
  expect(called('dateModify', ['x', day], eso)).toEqual(day)
  expect(refusal('mustToDate', ['2006', 'x'], eso)).toBe('is no time of that layout')
  expect(refusal('mustDateModify', ['x', day], eso)).toBe('wants a duration such as -1h30m')
})

test('the ends of int64 are dates as Go shows them', () => {
  const show = (seconds: bigint) => print(called('date', ['2006-01-02 15:04:05', int64(seconds)]))

  expect(show(2n ** 63n - 1n)).toBe('292277026596-12-04 15:30:07')
  expect(show(-62_135_596_801n)).toBe('0000-12-31 23:59:59')
})
