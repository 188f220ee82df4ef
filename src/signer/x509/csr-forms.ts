import { pemOf } from './pem.ts'

/** A CSR in the shapes that PKIs ask for. */
export interface CsrForms {
  /** PEM, lines of 64, one newline at the end. */
  readonly pem: string
  /** Base64 of the PEM, without line breaks. */
  readonly base64Pem: string
  readonly base64Der: string
  /** Base64url of the DER, without padding (RFC 4648 section 5). */
  readonly base64UrlDer: string
  /** What stands between the PEM markers, without a newline at its end. */
  readonly body: string
}

/** The forms of a CSR, from its DER: those of a PEM do not depend on the line breaks that it came with. */
export function csrForms(der: Uint8Array): CsrForms {
  const pem = pemOf('CERTIFICATE REQUEST', der)
  const body = pem.slice(pem.indexOf('\n') + 1, pem.lastIndexOf('\n-----END'))
  const bytes = Buffer.from(der.buffer, der.byteOffset, der.byteLength)
  return {
    pem,
    base64Pem: Buffer.from(pem).toString('base64'),
    base64Der: bytes.toString('base64'),
    base64UrlDer: bytes.toString('base64url'),
    body,
  }
}
