import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import { parseDuration } from '../std/duration.ts'
import { parseSchedule, type Schedule } from './schedule.ts'

type SyncWindows = ExternalSecretSpec['syncWindows']

interface Window {
  readonly schedule: Schedule
  readonly durationMs: number
}

const mostSteps = 1000

/**
 * The first time at or after `fromMs` at which the windows let a refresh by the clock happen; undefined when that is
 * never. Both ends of a window belong to it. One whose schedule cannot be read is never open, as in ESO: with `allow`
 * it permits nothing, with `deny` it forbids nothing.
 */
export function permittedFrom(syncWindows: SyncWindows, fromMs: number): number | undefined {
  if (syncWindows === undefined || syncWindows.windows.length === 0) return fromMs
  const windows = syncWindows.windows.flatMap((it) => windowOf(it))
  return syncWindows.kind === 'allow' ? openFrom(windows, fromMs) : closedFrom(windows, fromMs)
}

function windowOf({ schedule: text, duration }: { schedule: string; duration: string }): readonly Window[] {
  const schedule = parseSchedule(text)
  return schedule === undefined ? [] : [{ schedule, durationMs: parseDuration(duration) ?? 0 }]
}

function openFrom(windows: readonly Window[], fromMs: number): number | undefined {
  if (windows.some((it) => closesAt(it, fromMs) !== undefined)) return fromMs
  const openings = windows.map((it) => it.schedule.next(fromMs) ?? Number.POSITIVE_INFINITY)
  const first = Math.min(...openings)
  return Number.isFinite(first) ? first : undefined
}

/** Windows may follow one another, or overlap for ever: then somebody looks again when the last one seen ends. */
function closedFrom(windows: readonly Window[], fromMs: number): number {
  let atMs = fromMs
  for (let step = 0; step < mostSteps; step++) {
    const ends = windows.flatMap((it) => closesAt(it, atMs) ?? [])
    if (ends.length === 0) return atMs
    atMs = Math.max(...ends) + 1
  }
  return atMs
}

/** When the window closes that is open at a time; undefined when none is. */
function closesAt({ schedule, durationMs }: Window, atMs: number): number | undefined {
  const opened = schedule.next(atMs - durationMs)
  return opened !== undefined && opened <= atMs ? opened + durationMs : undefined
}
