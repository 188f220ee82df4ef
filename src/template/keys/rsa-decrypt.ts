import { constants, privateDecrypt } from 'node:crypto'
import { FunctionError } from '../error.ts'
import { bytesOf, ofBytes } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { keyObjectOf } from './key-object.ts'
import { readAnyPrivateKey } from './private-key-reader.ts'
import { checkRsaSize } from './rsa-numbers.ts'

export interface RsaDecryptRequest {
  readonly scheme: GoString
  readonly hash: GoString
  readonly text: GoString
  readonly key: GoString
}

/** ESO takes SHA-256 for every name that it does not know. */
const hashes: ReadonlyMap<GoString, string> = new Map([
  ['SHA1', 'sha1'],
  ['SHA512', 'sha512'],
])

/** What stands behind an RSA-OAEP cipher text (RFC 8017, 7.1); the text itself by the scheme `None`. */
export function rsaDecrypt({ scheme, hash, text, key }: RsaDecryptRequest): GoString {
  if (scheme === 'None') return text
  if (scheme !== 'RSA-OAEP') throw new FunctionError('knows the schemes None and RSA-OAEP only')
  const read = readAnyPrivateKey(key)
  if (read.kind !== 'rsa') throw new FunctionError('the private key is not RSA')
  checkRsaSize(read.numbers)
  const options = { key: keyObjectOf(read), padding: constants.RSA_PKCS1_OAEP_PADDING }
  try {
    return ofBytes(privateDecrypt({ ...options, oaepHash: hashes.get(hash) ?? 'sha256' }, bytesOf(text)))
  } catch {
    throw new FunctionError('the text cannot be decrypted with this key, scheme and hash')
  }
}
