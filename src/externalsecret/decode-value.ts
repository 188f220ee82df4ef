import { failure } from '../api/reason.ts'
import { type DecodingStrategy, decodeBy } from './decoding.ts'

/** The bytes that a value stands for. Throws Failure InvalidSpec, which names the key and shows no value. */
export function decodeValue(
  text: string,
  { key, strategy = 'None', path }: { key: string; strategy?: DecodingStrategy | undefined; path: string },
): Uint8Array {
  const decoded = decodeBy(strategy, Buffer.from(text, 'utf8'))
  if (decoded !== undefined) return decoded
  throw failure(
    'InvalidSpec',
    `Cannot decode ${path}: the value of "${key}" is not ${strategy}; correct decodingStrategy, or encode the item`,
  )
}
