import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { Pkcs8Key } from './private-key.ts'
import { pkcs8Of } from './private-key-writer.ts'

/** The key as Node's crypto takes it. */
export function keyObjectOf(key: Pkcs8Key): KeyObject {
  return createPrivateKey({ key: pkcs8Of(key), format: 'der', type: 'pkcs8' })
}

/** The public key that belongs to a private one, as SubjectPublicKeyInfo (RFC 5280, 4.1). */
export function publicKeyInfoOf(key: Pkcs8Key): Buffer {
  return createPublicKey(keyObjectOf(key)).export({ format: 'der', type: 'spki' })
}
