import { isUtf8 } from 'node:buffer'
import { Recent } from '../../std/recent.ts'
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
  const more = [chain, ca].flatMap((it) => (it === undefined ? [] : authoritiesAt(answer, it)))
  return [...own, ...more]
}

/** A PKI gives the same CA certificates along with all that it signs: the texts of each place that came last. */
const recent = new WeakMap<CertificatePlace, Recent<string, readonly Uint8Array[]>>()
const mostRemembered = 64 * 1024

function authoritiesAt(answer: HttpAnswer, place: CertificatePlace): readonly Uint8Array[] {
  if (place.body === true) return certificatesAt(answer, place)
  const known = recent.get(place) ?? new Recent(5)
  recent.set(place, known)
  return textsAt(answer, place).flatMap((text) => {
    const certificates = known.get(text) ?? decoded(text, place)
    if (text.length <= mostRemembered) known.set(text, certificates)
    return certificates
  })
}

function certificatesAt(answer: HttpAnswer, place: CertificatePlace): readonly Uint8Array[] {
  const found = place.body === true ? bodyOf(answer) : textsAt(answer, place)
  return found.flatMap((it) => decoded(it, place))
}

function decoded(data: Buffer | string, { encoding }: CertificatePlace): readonly Uint8Array[] {
  return certificatesOf(data, encoding, 'the certificate that the PKI gave')
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
