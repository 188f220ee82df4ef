import { isUtf8 } from 'node:buffer'
import { certificatesOf } from '../x509/certificates-of.ts'
import { type HttpAnswer, jsonOf } from './http-answer.ts'
import { valuesAt } from './json-path.ts'
import { firstGroup } from './pattern.ts'
import type { CertificatePlace, Place, Response } from './schema-response.ts'

/** The text at a place, a number as its digits; undefined where there is none. */
export function textAt(answer: HttpAnswer, place: Place): string | undefined {
  const [text] = textsAt(answer, place)
  return text === undefined || place.pattern === undefined ? text : firstGroup(place.pattern, text)
}

function textsAt(answer: HttpAnswer, { path, header }: Omit<Place, 'pattern'>): readonly string[] {
  if (path !== undefined) return valuesAt(jsonOf(answer), path).flatMap(textOf)
  if (header !== undefined) return [answer.headers[header.toLowerCase()] ?? []].flat()
  const { body, problem } = answer
  return problem === undefined && body.length > 0 && isUtf8(body) ? [body.toString('utf8')] : []
}

function textOf(value: unknown): string[] {
  if (typeof value === 'string' && value !== '') return [value]
  return typeof value === 'number' ? [String(value)] : []
}

/** Every certificate of an answer, DER; none where there is none at `certificate`. Throws SignFailure `Refused`. */
export function certificatesIn(answer: HttpAnswer, response: Response): readonly Uint8Array[] {
  const { certificate, chain, ca } = response
  if (certificate === undefined) return []
  const own = certificatesAt(answer, certificate)
  if (own.length === 0) return []
  const more = [chain, ca].flatMap((it) => (it === undefined ? [] : certificatesAt(answer, it)))
  return [...own, ...more]
}

function certificatesAt(answer: HttpAnswer, place: CertificatePlace): readonly Uint8Array[] {
  const blobs =
    place.body === true ? bodyOf(answer) : textsAt(answer, place).map((it) => Buffer.from(it, 'utf8'))
  const what = 'the certificate that the PKI gave'
  return blobs.flatMap((it) => certificatesOf(it, place.encoding, what).map((der) => new Uint8Array(der)))
}

/** A body may be DER, which is no text. */
function bodyOf({ body, problem }: HttpAnswer): readonly Buffer[] {
  return problem === undefined && body.length > 0 ? [body] : []
}

const shownCode = /^[A-Za-z0-9_.-]{1,64}$/

/** The PKI's word for what went wrong, when it is one: whole texts of a PKI are never shown. */
export function codeIn(answer: HttpAnswer, place: Place | undefined): string | undefined {
  const code = place === undefined ? undefined : textAt(answer, place)
  return code !== undefined && shownCode.test(code) ? code : undefined
}
