import type { RemoteRef } from '../api/externalsecret-source.ts'
import { failure } from '../api/reason.ts'

export type NullBytePolicy = RemoteRef['nullBytePolicy']

/** Throws Failure InvalidSpec that names the first key, in sorted order, whose value has a NUL byte, where none may. */
export function refuseNullBytes(
  entries: Iterable<readonly [key: string, value: Uint8Array]>,
  policy: NullBytePolicy,
  path: string,
): void {
  if (policy !== 'Fail') return
  const [first] = [...entries]
    .filter(([, value]) => value.includes(0))
    .map(([key]) => key)
    .toSorted()
  if (first === undefined) return
  throw failure(
    'InvalidSpec',
    `Cannot take ${path}: the value of "${first}" holds a NUL byte, and nullBytePolicy is Fail; encode the item, or set Ignore`,
  )
}
