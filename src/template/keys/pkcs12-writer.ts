import { createCipheriv, hash, pbkdf2Sync } from 'node:crypto'
import type { Env } from '../function.ts'
import { textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import type { Certificate } from './certificate.ts'
import { tags } from './der-reader.ts'
import { element, explicit, integer, nothing, octets, oid, sequence, setOf } from './der-writer.ts'
import { nameText } from './names.ts'
import { oids } from './object-identifiers.ts'
import { pkcs12Mac } from './pkcs12-mac.ts'
import { type Password, passwordOf } from './pkcs12-password.ts'
import type { Pkcs8Key } from './private-key.ts'
import { pkcs8Of } from './private-key-writer.ts'

/** Rounds and salts of go-pkcs12's `Modern`, which ESO uses and which OpenSSL 3 shares. */
const iterations = 2048
const saltBytes = 16

/**
 * A PKCS#12 file (RFC 7292) of a private key, its certificate and others, as ESO makes it: AES-256-CBC under PBKDF2
 * with HMAC-SHA-256, and a SHA-256 MAC.
 */
export function writePkcs12(
  key: Pkcs8Key,
  certificates: readonly Certificate[],
  pass: GoString,
  env: Env,
): Buffer {
  const password = passwordOf(pass)
  const [first] = certificates
  const id = attribute(oids.localKeyId, octets(hash('sha1', first?.der ?? Buffer.alloc(0), 'buffer')))
  const certBags = certificates.map((it) => certBag(it, it === first ? [id] : []))
  const keyBag = bag(oids.shroudedKeyBag, sequence(...encrypted(pkcs8Of(key), password, env, octets)), [id])
  return file([encryptedPart(certBags, password, env), plainPart([keyBag])], password, env)
}

/** A PKCS#12 file of certificates that Java takes for trusted, each by its subject's name. */
export function writeTrustStore(certificates: readonly Certificate[], pass: GoString, env: Env): Buffer {
  const password = passwordOf(pass)
  const trusted = attribute(oids.trustedKeyUsage, oid(oids.anyExtendedKeyUsage))
  const bags = certificates.map((it) => certBag(it, [trusted, friendlyName(nameText(it.subject))]))
  return file([encryptedPart(bags, password, env)], password, env)
}

function friendlyName(name: GoString): Buffer {
  passwordOf(name)
  return attribute(oids.friendlyName, element(tags.bmp, Buffer.from(textOf(name), 'utf16le').swap16()))
}

function file(parts: readonly Buffer[], password: Password, env: Env): Buffer {
  const content = sequence(...parts)
  const salt = Buffer.from(env.random(saltBytes))
  const digest = pkcs12Mac({ name: 'sha256', block: 64 }, content, password, salt, iterations)
  const mac = sequence(sequence(oid(oids.sha256), nothing), octets(digest))
  return sequence(integer(3), plain(content), sequence(mac, octets(salt), integer(iterations)))
}

const plain = (content: Buffer): Buffer => sequence(oid(oids.data), explicit(0, octets(content)))
const plainPart = (bags: readonly Buffer[]): Buffer => plain(sequence(...bags))

function encryptedPart(bags: readonly Buffer[], password: Password, env: Env): Buffer {
  const content = encrypted(sequence(...bags), password, env, (bytes) => element(0x80, bytes))
  const data = sequence(integer(0), sequence(oid(oids.data), ...content))
  return sequence(oid(oids.encryptedData), explicit(0, data))
}

/** The algorithm and what it makes of the content, in the element that `wrapped` makes. */
function encrypted(
  content: Buffer,
  { utf8 }: Password,
  env: Env,
  wrapped: (bytes: Buffer) => Buffer,
): readonly Buffer[] {
  const [salt, iv] = [Buffer.from(env.random(saltBytes)), Buffer.from(env.random(16))]
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(utf8, salt, iterations, 32, 'sha256'), iv)
  const prf = sequence(oid(oids.hmacWithSha256), nothing)
  const derivation = sequence(oid(oids.pbkdf2), sequence(octets(salt), integer(iterations), prf))
  const scheme = sequence(oid(oids.aes256Cbc), octets(iv))
  const algorithm = sequence(oid(oids.pbes2), sequence(derivation, scheme))
  return [algorithm, wrapped(Buffer.concat([cipher.update(content), cipher.final()]))]
}

function certBag({ der }: Certificate, attributes: readonly Buffer[]): Buffer {
  return bag(oids.certBag, sequence(oid(oids.x509Certificate), explicit(0, octets(der))), attributes)
}

function bag(type: string, value: Buffer, attributes: readonly Buffer[]): Buffer {
  return sequence(oid(type), explicit(0, value), ...(attributes.length > 0 ? [setOf(attributes)] : []))
}

const attribute = (type: string, value: Buffer): Buffer => sequence(oid(type), setOf([value]))
