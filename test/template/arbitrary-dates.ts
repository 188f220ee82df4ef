import fc from 'fast-check'
import { texts } from './arbitrary-text.ts'
import type { Case } from './case.ts'
import { oneOf } from './one-of.ts'

const layoutPart = oneOf(
  '2006¦06¦01¦1¦Jan¦January¦02¦2¦_2¦002¦__2¦15¦03¦3¦04¦4¦05¦5¦PM¦pm¦Mon¦Monday¦MST¦Z07:00¦Z0700¦' +
    'Z07¦-0700¦-07:00¦-07¦-07:00:00¦Z07:00:00¦.000¦.999¦,000¦.000000000¦-¦:¦ ¦T¦x¦.0¦.9¦é¦_¦_2006¦0¦' +
    '2006-01-02¦15:04:05',
)
const layouts = fc.array(layoutPart, { maxLength: 7 }).map((it) => it.join(''))
const seconds = fc.oneof(
  fc.integer({ min: -100_000_000_000, max: 300_000_000_000 }),
  fc.integer({ min: 0, max: 2_000_000_000 }),
)

/** A time within 1970 to 2038: what was before differs from one release of the time zones to the next. */
const recent = (time: number): number => Math.abs(time) % 2 ** 31

const zones = oneOf(
  'UTC¦Local¦Europe/Berlin¦America/New_York¦Asia/Kolkata¦America/St_Johns¦' +
    'Etc/GMT+12¦No/Where¦¦utc¦Europe/Dublin¦Asia/Kathmandu¦../UTC',
)
/** Dates and durations in all layouts and some time zones. */
export const dates = fc
  .tuple(
    layouts,
    seconds,
    zones,
    texts.duration ?? fc.string(),
    fc.constantFrom(
      (time: number, zone: string) => `{{ dateInZone .a ${recent(time)} ${JSON.stringify(zone)} }}`,
      (time: number, zone: string) =>
        `{{ toDate .a (dateInZone .a ${recent(time)} ${JSON.stringify(zone)}) }}`,
      (time: number) => `{{ toDate .a (date .a ${time}) | unixEpoch }}`,
      (time: number) => `{{ mustToDate .a (date .a ${time}) }}`,
      (time: number) =>
        `{{ date .a (toDate "2006-01-02 15:04:05.999 -0700" (date "2006-01-02 15:04:05.123 -0700" ${time}) | dateModify .b) }}`,
      (time: number) =>
        `{{ mustDateModify .b (toDate "2006-01-02T15:04:05Z07:00" (date "2006-01-02T15:04:05Z07:00" ${time})) }}`,
      (time: number, zone: string) =>
        `{{ htmlDate ${time} }} {{ htmlDateInZone ${recent(time)} ${JSON.stringify(zone)} }}`,
      (time: number) =>
        `{{ duration (int64 ${time}) }} {{ durationRound (int64 ${time}) }} {{ durationRound (duration (int64 ${time})) }} {{ duration .b }} {{ durationRound .b }}`,
    ),
  )
  .map(
    ([layout, time, zone, duration, make]): Case => ({
      name: 'generated',
      template: make(time, zone),
      data: { a: layout, b: duration },
    }),
  )
