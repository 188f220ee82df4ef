import { hash } from 'node:crypto'
import { FunctionError } from '../error.ts'
import { bytesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import type { CertificateRequest } from './certificate-request.ts'
import { DerReader, tags } from './der-reader.ts'
import { element, octets, oid, sequence } from './der-writer.ts'
import { oids } from './object-identifiers.ts'

interface ExtensionRequest {
  readonly request: Pick<CertificateRequest, 'commonName' | 'dnsNames' | 'ips' | 'isCa'>
  readonly publicKeyInfo: Buffer
  readonly authorityKeyId: Buffer | undefined
}

const yes = element(tags.boolean, Buffer.of(0xff))
const usages = sequence(oid(oids.serverAuth), oid(oids.clientAuth))

/** The extensions of a certificate (RFC 5280, 4.2) that sprig asks for, in the order in which Go writes them. */
export function extensionsFor({
  request,
  publicKeyInfo,
  authorityKeyId,
}: ExtensionRequest): readonly Buffer[] {
  const { isCa, commonName } = request
  const names = alternativeNames(request)
  return [
    extension(oids.keyUsage, true, keyUsage(isCa)),
    extension(oids.extKeyUsage, false, usages),
    extension(oids.basicConstraints, true, sequence(...(isCa ? [yes] : []))),
    ...(isCa ? [extension(oids.subjectKeyIdentifier, false, octets(keyId(publicKeyInfo)))] : []),
    ...(authorityKeyId?.length
      ? [extension(oids.authorityKeyIdentifier, false, authority(authorityKeyId))]
      : []),
    ...(names.length > 0 ? [extension(oids.subjectAltName, commonName === '', sequence(...names))] : []),
  ]
}

function extension(type: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(oid(type), ...(isCritical ? [yes] : []), octets(value))
}

/** digitalSignature and keyEncipherment, for an authority also keyCertSign; the first byte counts unused bits. */
function keyUsage(isCa: boolean): Buffer {
  return element(tags.bits, isCa ? Buffer.of(2, 0b1010_0100) : Buffer.of(5, 0b1010_0000))
}

/** RFC 7093, 2, method 1: the first 20 bytes of a SHA-256. */
function keyId(publicKeyInfo: Buffer): Buffer {
  const fields = new DerReader(publicKeyInfo, 'the public key').inside()
  fields.element(tags.sequence)
  return hash('sha256', fields.bits(), 'buffer').subarray(0, 20)
}

const authority = (id: Buffer): Buffer => sequence(element(0x80, id))

function alternativeNames({
  dnsNames,
  ips,
}: Pick<CertificateRequest, 'dnsNames' | 'ips'>): readonly Buffer[] {
  return [...dnsNames.map((it) => element(0x82, bytesOf(asAscii(it)))), ...ips.map((it) => element(0x87, it))]
}

function asAscii(name: GoString): GoString {
  for (const byte of bytesOf(name)) if (byte >= 0x80) throw new FunctionError('a DNS name is not ASCII')
  return name
}
