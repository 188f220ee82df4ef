import { expect, test } from 'vitest'
import { certificate, type Party } from '../../../test/x509/certificates.ts'
import { pemOf } from '../x509/pem.ts'
import { certificatesIn } from './extract.ts'
import { Response } from './schema-response.ts'

const root: Party = { name: 'Root CA', key: 'P-384' }
const ca = await certificate({ subject: root, issuer: root, isCA: true })
const leaf = await certificate({ subject: { name: 'a', key: 'P-256' }, issuer: root })
const pem = (der: Uint8Array) => pemOf('CERTIFICATE', der)
const response = Response.parse({ certificate: { path: 'a' }, chain: { path: 'b[*]' } })

test('a chain that comes again is read as it was, beside another certificate and another chain', () => {
  const other = pem(ca).replace(/\n/g, '\r\n')

  expect(certificatesIn(answer(leaf, [pem(ca)]), response)).toEqual([leaf, ca])
  expect(certificatesIn(answer(ca, [pem(ca), other]), response)).toEqual([ca, ca, ca])
  expect(certificatesIn(answer(leaf, [pem(ca) + pem(leaf), pem(ca)]), response)).toEqual([leaf, ca, leaf, ca])
})

test('a chain that cannot be read is refused each time', () => {
  const broken = answer(leaf, [pem(ca), 'canary'])

  for (const _ of [1, 2]) {
    expect(() => certificatesIn(broken, response)).toThrow(expect.objectContaining({ reason: 'Refused' }))
  }
})

test('a text is read as each place has it written', () => {
  const written = { certificate: { path: 'a' }, chain: { path: 'b[*]', encoding: 'base64-der' } }
  const text = Buffer.from(ca).toString('base64')

  expect(certificatesIn(answer(leaf, [text]), Response.parse(written))).toEqual([leaf, ca])
  expect(() => certificatesIn(answer(leaf, [text]), response)).toThrow(/it holds no PEM block/)
})

function answer(own: Uint8Array, chain: readonly string[]) {
  const body = Buffer.from(JSON.stringify({ a: pem(own), b: chain }))
  return { status: 200, headers: {}, body, retryAfterMs: undefined }
}
