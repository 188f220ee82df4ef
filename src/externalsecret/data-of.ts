import { Redacted } from '../std/redacted.ts'
import { decodeValue } from './decode-value.ts'
import type { DecodingStrategy } from './decoding.ts'
import { type NullBytePolicy, refuseNullBytes } from './null-bytes.ts'
import type { Entries } from './values.ts'

/** What a reference says of the values it brings. */
export interface ValueStrategies {
  readonly decodingStrategy?: DecodingStrategy | undefined
  readonly nullBytePolicy?: NullBytePolicy
}

/** Keys of a Secret and their bytes. */
export type Data = readonly (readonly [key: string, value: Redacted<Uint8Array>])[]

/** Entries with their values as bytes, decoded and looked through. Throws Failure InvalidSpec. */
export function dataOf(entries: Entries, strategies: ValueStrategies, path: string): Data {
  const { decodingStrategy: strategy, nullBytePolicy } = strategies
  const decoded = entries.map(([key, text]) => [key, decodeValue(text, { key, strategy, path })] as const)
  refuseNullBytes(decoded, nullBytePolicy, path)
  return decoded.map(([key, value]) => [key, new Redacted(value)] as const)
}
