import { createHash } from 'node:crypto'
import { type Functions, fn, type GoFunction } from '../function.ts'
import { bytesOf } from '../value/bytes.ts'

/** Sums of bytes: hexadecimal, that of Adler-32 decimal. sha512sum is sprig's own; ESO's fork of sprig lacks it. */
export const hashFunctions: Functions = {
  sha1sum: hexSum('sha1'),
  sha256sum: hexSum('sha256'),
  sha512sum: hexSum('sha512'),
  adler32sum: fn(['string'], ([value], env) => {
    env.budget.step(value.length >> 6)
    return String(adler32(bytesOf(value)))
  }),
}

function hexSum(algorithm: string): GoFunction {
  return fn(['string'], ([value], env) => {
    env.budget.step(value.length >> 6)
    return createHash(algorithm).update(bytesOf(value)).digest('hex')
  })
}

/** The largest prime below 65536. */
const modulus = 65521

function adler32(bytes: Uint8Array): number {
  let low = 1
  let high = 0
  for (const byte of bytes) {
    low = (low + byte) % modulus
    high = (high + low) % modulus
  }
  return high * 65536 + low
}
