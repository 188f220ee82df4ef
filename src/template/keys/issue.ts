import type { Env } from '../function.ts'
import type { GoString } from '../value/value.ts'
import type { Certificate } from './certificate.ts'
import { extensionsFor } from './certificate-extensions.ts'
import type { CertificateRequest } from './certificate-request.ts'
import { bits, element, explicit, integer, oid, sequence, setOf } from './der-writer.ts'
import { directoryString } from './directory-string.ts'
import { publicKeyInfoOf } from './key-object.ts'
import { oids } from './object-identifiers.ts'
import type { Pkcs8Key } from './private-key.ts'
import { signatureBy } from './signature-algorithm.ts'

/** Who signs: a certificate and its key. */
export interface Issuer {
  readonly certificate: Pick<Certificate, 'subject' | 'subjectKeyId'>
  readonly key: Pkcs8Key
}

/** Makes a certificate as sprig does, valid from now on; without an issuer it signs itself. DER. */
export function issueCertificate(request: CertificateRequest, issuer: Issuer | undefined, env: Env): Buffer {
  const subject = nameOf(request.commonName)
  const { certificate, key } = issuer ?? {
    certificate: { subject, subjectKeyId: undefined },
    key: request.key,
  }
  const signature = signatureBy(key)
  const publicKeyInfo = publicKeyInfoOf(request.key)
  const authorityKeyId = certificate.subject.equals(subject) ? undefined : certificate.subjectKeyId
  const extensions = extensionsFor({ request, publicKeyInfo, authorityKeyId })
  const content = sequence(
    explicit(0, integer(2)),
    integer(BigInt(`0x${Buffer.from(env.random(16)).toString('hex')}`)),
    signature.algorithm,
    certificate.subject,
    validity(env.nowMs, request.days),
    subject,
    publicKeyInfo,
    explicit(3, sequence(...extensions)),
  )
  return sequence(content, signature.algorithm, bits(signature.of(content)))
}

function nameOf(commonName: GoString): Buffer {
  if (commonName === '') return sequence()
  return sequence(setOf([sequence(oid(oids.commonName), directoryString(commonName))]))
}

/** Go counts in nanoseconds of 64 bits, so that more than 106,751 days are another number of days. */
function validity(nowMs: number, days: bigint): Buffer {
  const spanMs = Number(BigInt.asIntN(64, days * 86_400_000_000_000n) / 1_000_000n)
  return sequence(time(nowMs), time(nowMs + spanMs))
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280, 4.1.2.5). */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+|[-:T]/g, '')
  const isShort = digits >= '1950' && digits < '2050'
  return isShort ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}
