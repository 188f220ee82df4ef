import { createCipheriv, createDecipheriv } from 'node:crypto'
import { FunctionError } from '../error.ts'
import type { Env } from '../function.ts'
import { decodeBase64 } from '../value/base64.ts'
import { bytesOf, ofBytes } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

const algorithm = 'aes-256-cbc'
const block = 16

/** AES-256-CBC as sprig does it: the password, cut or filled with zeros, is the key; the IV comes first; base64. */
export function encryptAes(password: GoString, text: GoString, env: Env): GoString {
  if (text === '') return ''
  env.budget.allocate(4 * (text.length + block))
  const iv = Buffer.from(env.random(block))
  const cipher = createCipheriv(algorithm, keyOf(password), iv)
  return Buffer.concat([iv, cipher.update(bytesOf(text)), cipher.final()]).toString('base64')
}

/**
 * The text that encryptAes has encrypted. Throws FunctionError when it is none; `eso`: as in sprig, the last byte alone
 * says how long the padding is.
 */
export function decryptAes(password: GoString, text: GoString, env: Env): GoString {
  if (text === '') return ''
  env.budget.allocate(4 * text.length)
  const decoded = decodeBase64(text)
  if (typeof decoded !== 'string') throw new FunctionError(`is not base64 at byte ${decoded.faultAt}`)
  const padded = decrypt(keyOf(password), bytesOf(decoded))
  const padding = padded.at(-1) ?? 0
  if (padding > padded.length || (env.compat === 'strict' && !isPadding(padded, padding)))
    throw wrongPassword()
  return ofBytes(padded.subarray(0, padded.length - padding))
}

function decrypt(key: Buffer, bytes: Buffer): Buffer {
  if (bytes.length < 2 * block || bytes.length % block !== 0)
    throw new FunctionError('is not an IV and whole blocks of AES')
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, block)).setAutoPadding(false)
  return Buffer.concat([decipher.update(bytes.subarray(block)), decipher.final()])
}

/** PKCS#7 (RFC 5652, 6.3). */
function isPadding(padded: Buffer, padding: number): boolean {
  return padding >= 1 && padding <= block && padded.subarray(-padding).every((byte) => byte === padding)
}

function keyOf(password: GoString): Buffer {
  return Buffer.concat([bytesOf(password), Buffer.alloc(32)]).subarray(0, 32)
}

function wrongPassword(): FunctionError {
  return new FunctionError('cannot be decrypted: the password is wrong or the text is damaged')
}
