import { FunctionError } from '../error.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { DerReader, tags } from './der-reader.ts'
import { oids } from './object-identifiers.ts'
import { decryptPkcs12 } from './pkcs12-cipher.ts'
import { provenPassword } from './pkcs12-mac.ts'
import type { Password } from './pkcs12-password.ts'
import type { Pkcs8Key } from './private-key.ts'
import { readPkcs8 } from './private-key-reader.ts'

/** What a PKCS#12 file holds. */
export interface Pkcs12 {
  readonly key: Pkcs8Key
  /** In the order in which they stand; one at least. */
  readonly certificates: readonly Certificate[]
}

const what = 'the PKCS#12 file'
/** A Secret holds less. */
const mostBytes = 4 * 1024 * 1024

/** Reads a PKCS#12 file (RFC 7292) of one private key and its certificates. Throws FunctionError. */
export function readPkcs12(bytes: Buffer, password: Password): Pkcs12 {
  if (bytes.length > mostBytes) throw new FunctionError(`${what} has more than ${mostBytes} bytes`)
  const { content, proven } = openFile(bytes, password)
  const bags = safesIn(content).flatMap((safe) => bagsIn(contentOf(safe, proven)))
  const keys = bags.filter(({ type }) => type === oids.keyBag || type === oids.shroudedKeyBag)
  const certificates = bags.filter(({ type }) => type === oids.certBag).map(certificateOf)
  const [key, another] = keys
  if (another !== undefined) throw new FunctionError(`${what} holds more than one private key`)
  if (certificates.length === 0) throw new FunctionError(`${what} holds no certificate`)
  if (key === undefined) throw new FunctionError(`${what} holds no private key`)
  return { key: keyOf(key, proven), certificates }
}

/** A file without a MAC has no password. */
function openFile(bytes: Buffer, password: Password): { content: Buffer; proven: Password } {
  const file = new DerReader(bytes, what)
  const fields = file.inside()
  file.end()
  if (fields.integer() !== 3n) throw new FunctionError(`${what} is not of version 3`)
  const info = fields.inside()
  if (info.oid() !== oids.data) throw new FunctionError(`${what} is signed, which is not known here`)
  const content = info.inside(0xa0).octets()
  if (!fields.isEmpty) return { content, proven: provenPassword(fields.inside(), content, password) }
  if (password.utf8.length > 0) throw new FunctionError(`${what} has no MAC to prove a password`)
  return { content, proven: password }
}

function safesIn(content: Buffer): readonly DerReader[] {
  const safes: DerReader[] = []
  for (const list = new DerReader(content, what).inside(); !list.isEmpty; ) safes.push(list.inside())
  if (safes.length >= 1 && safes.length <= 2) return safes
  throw new FunctionError(`${what} has ${safes.length} parts; 1 or 2 are read`)
}

function contentOf(safe: DerReader, password: Password): Buffer {
  const type = safe.oid()
  if (type === oids.data) return safe.inside(0xa0).octets()
  if (type !== oids.encryptedData) throw new FunctionError(`${what} has a part encrypted for a recipient`)
  const data = safe.inside(0xa0).inside()
  if (data.integer() !== 0n) throw new FunctionError(`${what} has a part of an unknown version`)
  const info = data.inside()
  info.oid()
  const algorithm = info.inside()
  return decryptPkcs12(algorithm, info.element(0x80).content, password)
}

interface Bag {
  readonly type: string
  readonly value: DerReader
}

function bagsIn(content: Buffer): readonly Bag[] {
  const bags: Bag[] = []
  for (const list = new DerReader(content, what).inside(); !list.isEmpty; ) {
    const bag = list.inside()
    bags.push({ type: bag.oid(), value: bag.inside(0xa0) })
  }
  return bags
}

function certificateOf({ value }: Bag): Certificate {
  const fields = value.inside()
  if (fields.oid() !== oids.x509Certificate) throw new FunctionError(`${what} holds an SDSI certificate`)
  return readCertificate(fields.inside(0xa0).octets())
}

function keyOf({ type, value }: Bag, password: Password): Pkcs8Key {
  const { whole } = value.element(tags.sequence)
  if (type === oids.keyBag) return readPkcs8(whole)
  const fields = new DerReader(whole, what).inside()
  const algorithm = fields.inside()
  return readPkcs8(decryptPkcs12(algorithm, fields.octets(), password))
}
