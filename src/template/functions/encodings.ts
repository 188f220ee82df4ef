import { FunctionError } from '../error.ts'
import { type Env, type Functions, fn } from '../function.ts'
import { decodeBase64 } from '../value/base64.ts'
import { bytesOf, ofBytes } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { decodeBase32, encodeBase32 } from './base32.ts'

/** Bytes as text and back. */
export const encodingFunctions: Functions = {
  b64enc: fn(['string'], ([value], env) => {
    spend(env, value.length, 2)
    return bytesOf(value).toString('base64')
  }),
  b64dec: fn(['string'], ([text], env) => {
    spend(env, text.length, 1)
    return decoded('base64', decodeBase64(text), env)
  }),
  b32enc: fn(['string'], ([value], env) => {
    spend(env, value.length * 8, 2)
    return encodeBase32(bytesOf(value))
  }),
  b32dec: fn(['string'], ([text], env) => {
    spend(env, text.length * 8, 1)
    return decoded('base32', decodeBase32(text), env)
  }),
  hexdec: fn(['string'], ([text], env) => {
    spend(env, text.length, 1)
    return decodeHex(text)
  }),
}

function spend(env: Env, length: number, bytesForEach: number): void {
  env.budget.step(length >> 6)
  env.budget.allocate(length * bytesForEach)
}

/** ESO gives the text of Go's error as the result, and writes it into the Secret. */
function decoded(name: string, result: GoString | { readonly faultAt: number }, env: Env): GoString {
  if (typeof result === 'string') return result
  if (env.compat === 'eso') return `illegal ${name} data at input byte ${result.faultAt}`
  throw new FunctionError(`is not ${name} at byte ${result.faultAt}`)
}

const notHex = /[^0-9a-fA-F]/

function decodeHex(text: GoString): GoString {
  const at = text.search(notHex)
  if (at >= 0) throw new FunctionError(`is not hexadecimal at byte ${at}`)
  if (text.length % 2 === 1) throw new FunctionError('has an odd number of hexadecimal digits')
  return ofBytes(Buffer.from(text, 'hex'))
}
