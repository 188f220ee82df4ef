import { DerReader, type Element, tags } from './der-reader.ts'
import { oids } from './object-identifiers.ts'
import { firstPem } from './pem.ts'

/** What templates ask of a certificate (RFC 5280, 4.1). Its signature and its dates are not looked at. */
export interface Certificate {
  readonly der: Buffer
  /** The DER of the names, as they stand. */
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly publicKeyInfo: Buffer
  readonly subjectKeyId: Buffer | undefined
  readonly authorityKeyId: Buffer | undefined
  /** What the extension holds. */
  readonly subjectAltName: Buffer | undefined
}

const what = 'the certificate'

/** Reads a certificate in DER. Throws FunctionError when it is none. */
export function readCertificate(der: Buffer): Certificate {
  const file = new DerReader(der, what)
  const outer = file.inside()
  file.end()
  const fields = outer.inside()
  outer.element(tags.sequence)
  outer.bits()
  fields.optional(0xa0)
  fields.integer()
  fields.element(tags.sequence)
  const issuer = fields.element(tags.sequence).whole
  fields.element(tags.sequence)
  const subject = fields.element(tags.sequence).whole
  const publicKeyInfo = fields.element(tags.sequence).whole
  return { der, issuer, subject, publicKeyInfo, ...readExtensions(extensionsAfter(fields)) }
}

/** Reads the certificate of the first PEM block of a text. Throws FunctionError when it is none. */
export function firstCertificate(text: string): Certificate {
  return readCertificate(firstPem(text, what).bytes)
}

/** The unique identifiers of X.509 version 2 come before the extensions. */
function extensionsAfter(fields: DerReader): Element | undefined {
  for (const identifier of [0x81, 0xa1, 0x82, 0xa2]) fields.optional(identifier)
  return fields.optional(0xa3)
}

type Extensions = Pick<Certificate, 'subjectKeyId' | 'authorityKeyId' | 'subjectAltName'>

function readExtensions(field: Element | undefined): Extensions {
  const values = new Map<string, Buffer>()
  if (field !== undefined)
    for (const list = new DerReader(field.content, what).inside(); !list.isEmpty; ) {
      const extension = list.inside()
      const type = extension.oid()
      extension.optional(tags.boolean)
      values.set(type, extension.octets())
    }
  return {
    subjectKeyId: mapped(values.get(oids.subjectKeyIdentifier), (it) => it.octets()),
    authorityKeyId: mapped(
      values.get(oids.authorityKeyIdentifier),
      (it) => it.inside().optional(0x80)?.content,
    ),
    subjectAltName: values.get(oids.subjectAltName),
  }
}

function mapped(
  bytes: Buffer | undefined,
  read: (reader: DerReader) => Buffer | undefined,
): Buffer | undefined {
  return bytes && read(new DerReader(bytes, what))
}
