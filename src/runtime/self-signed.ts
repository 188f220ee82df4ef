import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { TlsSource } from './reread-tls.ts'
import type { ServerTls } from './tls-files.ts'

/** Longer than any process lives: nobody can trust it anyhow, and nobody should have to renew it. */
const validMs = 10 * 365 * 86_400_000
/** For scrapers whose clock is behind. */
const skewMs = 3_600_000

/** A certificate of the process itself: encrypts, and proves nothing. */
export function selfSigned(name: string, nowMs: number): TlsSource {
  return { start: () => Promise.resolve(makeSelfSigned(name, nowMs)), stop: () => undefined }
}

/**
 * A P-256 key and a certificate for the DNS name `name`, signed by that key (RFC 5280). The few bytes of DER are
 * written here: the library that the issuer half has for this costs 20 MB of memory.
 */
export function makeSelfSigned(name: string, nowMs: number): ServerTls {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = sequence(set(sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))))
  const signed = sequence(
    der(0xa0, integer(2)),
    der(0x02, serialNumber()),
    ecdsaWithSha256,
    subject,
    sequence(utcTime(nowMs - skewMs), utcTime(nowMs + validMs)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternativeName(name), forServers)),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', signed, privateKey))
  const certificate = sequence(signed, ecdsaWithSha256, signature)
  return {
    cert: pem(certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    minVersion: 'TLSv1.2',
  }
}

function alternativeName(name: string): Buffer {
  return sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(der(0x82, Buffer.from(name)))))
}

/** Positive, and of one length: the first bit is clear and the second is set. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}

/** Two digits for the year: right until 2049. */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return der(0x17, Buffer.from(digits.slice(2)))
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
const set = (...parts: readonly Buffer[]) => der(0x31, ...parts)
const oid = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes))
const integer = (value: number) => der(0x02, Buffer.from([value]))

/** Tag, length and content (X.690, 10.1). */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const sizes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...sizes]), content])
}

const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
const forServers = sequence(
  oid(0x55, 0x1d, 0x25),
  der(0x04, sequence(oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01))),
)

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
