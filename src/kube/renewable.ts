import type { Clock } from '../std/clock.ts'

/** A value as it was just read, and how long it is good for; both times count from the read. */
export interface Fresh<T> {
  readonly value: T
  readonly renewAfterMs: number
  /** Past this time a value that could not be renewed is no longer given out; absent: for ever. */
  readonly usableForMs?: number
}

export interface RenewableOptions<T> {
  readonly read: (forced: boolean) => Promise<Fresh<T>>
  readonly equal: (a: T, b: T) => boolean
  readonly clock: Clock
  /** A refused value is read anew at most this often, in milliseconds. */
  readonly forcedSpacingMs?: number
}

/**
 * Gives the value; `refused` is one that the other side would not take, and if it is still the current one it is read
 * anew. The same object is given until the value differs, so that callers may compare by identity.
 */
export type Renewable<T> = (refused?: T) => Promise<T>

/** After a failed renewal the old value serves so long before the next try. */
const retryAfterMs = 1000

interface Held<T> {
  readonly value: T
  readonly readAt: number
  readonly renewAt: number
  readonly unusableAt: number
}

/** A credential or certificate that changes under way. Reads are single flight; a failed one keeps the last good value. */
export function createRenewable<T>(options: RenewableOptions<T>): Renewable<T> {
  const { read, equal, clock, forcedSpacingMs = 0 } = options
  let held: Held<T> | undefined
  let reading: Promise<T> | undefined

  const renew = (forced: boolean) => {
    reading ??= readOnce(forced).finally(() => {
      reading = undefined
    })
    return reading
  }

  const readOnce = async (forced: boolean) => {
    const startedAt = clock.monotonic()
    try {
      const fresh = await read(forced)
      held = hold(fresh, startedAt, held, equal)
    } catch (error) {
      if (held === undefined || clock.monotonic() >= held.unusableAt) throw error
      held = { ...held, renewAt: clock.monotonic() + retryAfterMs }
    }
    return held.value
  }

  return async (refused) => {
    if (held === undefined) return renew(false)
    const now = clock.monotonic()
    if (refused === held.value) return now < held.readAt + forcedSpacingMs ? held.value : renew(true)
    return now < held.renewAt ? held.value : renew(false)
  }
}

function hold<T>(fresh: Fresh<T>, at: number, old: Held<T> | undefined, equal: RenewableOptions<T>['equal']) {
  const same = old !== undefined && equal(old.value, fresh.value)
  return {
    value: same ? old.value : fresh.value,
    readAt: at,
    renewAt: at + fresh.renewAfterMs,
    unusableAt: at + (fresh.usableForMs ?? Number.POSITIVE_INFINITY),
  }
}
