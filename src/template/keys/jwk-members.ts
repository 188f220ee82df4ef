import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { decodeFirstJson } from '../value/json.ts'
import { GoMap, type GoString, type Value } from '../value/value.ts'
import { type Curve, curves, paddedTo } from './curve.ts'

/** The members of a JWK (RFC 7517). */
export type Jwk = ReadonlyMap<GoString, Value>

/** Reads the JSON of a JWK, whatever follows it; throws FunctionError when it is no object. */
export function readJwk(text: GoString, budget: Budget): Jwk {
  budget.allocate(4 * text.length)
  const jwk = decodeFirstJson(text, budget)
  if (!(jwk instanceof GoMap)) throw new FunctionError('the JWK is no JSON object')
  return jwk.entries
}

/** A member that is a positive number. */
export function numberAt(jwk: Jwk, name: string): bigint {
  const number = BigInt(`0x0${bytesAt(jwk, name).toString('hex')}`)
  if (number === 0n) throw new FunctionError(`the JWK's ${name} is zero`)
  return number
}

/** A member that is a key of RFC 8037. */
export function seedAt(jwk: Jwk, name: string): Buffer {
  const seed = bytesAt(jwk, name)
  if (seed.length !== 32) throw new FunctionError(`the JWK's ${name} is not 32 bytes long`)
  return seed
}

/** The point of an EC key, uncompressed (SEC 1, 2.3.3), and its curve; JOSE has no P-224. */
export function ecPoint(jwk: Jwk): { curve: Curve; point: Buffer } {
  const curve = curves.find((it) => it.jose === jwk.get('crv') && it.jose !== 'P-224')
  if (curve === undefined) throw new FunctionError('the JWK is on none of the curves P-256, P-384, P-521')
  const coordinates = ['x', 'y'].map((name) => paddedTo(curve.bytes, bytesAt(jwk, name)))
  return { curve, point: Buffer.concat([Buffer.of(4), ...coordinates]) }
}

const digits = /^(?:[A-Za-z0-9_-]*|[A-Za-z0-9+/]*)$/
const newlines = /[\r\n]/g

/** A member that is bytes; whichever base64 it is in, as the library that ESO uses guesses it. */
export function bytesAt(jwk: Jwk, name: string): Buffer {
  const text = jwk.get(name)
  if (text === undefined) throw new FunctionError(`the JWK has no ${name}`)
  if (typeof text !== 'string') throw new FunctionError(`the JWK's ${name} is no text`)
  const line = text.replace(newlines, '')
  const bare = line.replace(/={1,2}$/, '')
  const isWhole = bare === line ? line.length % 4 !== 1 : line.length % 4 === 0
  if (!isWhole || !digits.test(bare)) throw new FunctionError(`the JWK's ${name} is not base64`)
  return Buffer.from(bare, 'base64')
}
