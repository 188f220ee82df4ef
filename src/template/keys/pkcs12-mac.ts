import { createHmac, timingSafeEqual } from 'node:crypto'
import { FunctionError } from '../error.ts'
import type { DerReader } from './der-reader.ts'
import { oids } from './object-identifiers.ts'
import { hmacs, readPbkdf2 } from './pbkdf2.ts'
import { type Digest, digests, pkcs12Key, purposes, readIterations } from './pkcs12-key.ts'
import { absentPassword, type Password } from './pkcs12-password.ts'

/**
 * The password under which the MacData (RFC 7292, 4) of a file fits its content: the one given or, where that is
 * empty, the other form of the empty one. Throws FunctionError when none does.
 */
export function provenPassword(macData: DerReader, content: Buffer, password: Password): Password {
  const mac = readMac(macData)
  const candidates = password.utf8.length === 0 ? [password, absentPassword] : [password]
  const proven = candidates.find((it) => {
    const digest = mac.of(content, it)
    return digest.length === mac.expected.length && timingSafeEqual(digest, mac.expected)
  })
  if (proven === undefined) throw new FunctionError('the password of the PKCS#12 file is wrong')
  return proven
}

/** The MAC of RFC 7292, B.3. */
export function pkcs12Mac(
  digest: Digest,
  content: Buffer,
  password: Password,
  salt: Buffer,
  iterations: number,
): Buffer {
  const bytes = createHmac(digest.name, '').digest().length
  const key = pkcs12Key({ digest, password: password.bmp, salt, iterations, purpose: purposes.mac, bytes })
  return createHmac(digest.name, key).update(content).digest()
}

interface Mac {
  readonly expected: Buffer
  of(content: Buffer, password: Password): Buffer
}

function readMac(macData: DerReader): Mac {
  const info = macData.inside()
  const algorithm = info.inside()
  const type = algorithm.oid()
  const expected = info.octets()
  if (type === oids.pbmac1) return { expected, of: readPbmac1(algorithm.inside()) }
  const digest = digests.get(type)
  if (digest === undefined) throw unknown()
  const salt = macData.octets()
  const iterations = macData.isEmpty ? 1 : readIterations(macData)
  return { expected, of: (content, password) => pkcs12Mac(digest, content, password, salt, iterations) }
}

/** RFC 9579, which wants the length of the key said. */
function readPbmac1(fields: DerReader): Mac['of'] {
  const derivation = readPbkdf2(fields)
  const { bytes } = derivation
  const hash = hmacs.get(fields.inside().oid())
  if (hash === undefined || bytes === undefined || bytes < 1 || bytes > 1024) throw unknown()
  return (content, { utf8 }) => createHmac(hash, derivation.key(utf8, bytes)).update(content).digest()
}

function unknown(): FunctionError {
  return new FunctionError('the PKCS#12 file has a MAC that is not known here')
}
