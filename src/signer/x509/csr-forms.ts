import { csrDer } from './csr-der.ts'
import { base64Lines, pemOf } from './pem.ts'

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

/** The forms of a CSR that came as PEM, whatever its own line breaks are. Throws SignFailure `Refused`. */
export function csrForms(csrPem: string): CsrForms {
  const der = Buffer.from(csrDer(csrPem))
  const pem = pemOf('CERTIFICATE REQUEST', der)
  return {
    pem,
    base64Pem: Buffer.from(pem).toString('base64'),
    base64Der: der.toString('base64'),
    base64UrlDer: der.toString('base64url'),
    body: base64Lines(der).trimEnd(),
  }
}
