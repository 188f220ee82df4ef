import { type GoString, type Int, int64, type Method, Opaque, type Value } from '../value/value.ts'
import { formatDuration, hour, minute, second } from './durations.ts'

const methods: Readonly<Record<string, (nanoseconds: bigint) => Value>> = {
  String: formatDuration,
  Nanoseconds: int64,
  Microseconds: (it) => int64(it / 1000n),
  Milliseconds: (it) => int64(it / 1_000_000n),
  Seconds: (it) => parts(it, second),
  Minutes: (it) => parts(it, minute),
  Hours: (it) => parts(it, hour),
  Abs: (it) => new DurationValue(it < 0n ? -it : it),
}

/** Whole units and the rest, added in float64 as Go does. */
function parts(nanoseconds: bigint, unit: bigint): number {
  return Number(nanoseconds / unit) + Number(nanoseconds % unit) / Number(unit)
}

/** A time.Duration, which Time.Sub gives. */
export class DurationValue extends Opaque {
  readonly type = 'time.Duration'
  readonly kind = 'int64'
  override readonly integer: Int
  readonly nanoseconds: bigint

  constructor(nanoseconds: bigint) {
    super()
    this.nanoseconds = nanoseconds
    this.integer = int64(nanoseconds)
  }

  override text(): GoString {
    return formatDuration(this.nanoseconds)
  }

  override method(name: GoString): Method | undefined {
    const call = Object.hasOwn(methods, name) ? methods[name] : undefined
    return call && { params: [], call: () => call(this.nanoseconds) }
  }
}
