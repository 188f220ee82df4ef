import fc from 'fast-check'
import type { Case } from './case.ts'
import { withSlips } from './focus.ts'
import type { KeyMaterial } from './key-material.ts'
import { oneOf, piecesOf } from './one-of.ts'

const templates = piecesOf(
  '{{ .a | filterPEM "CERTIFICATE" }}¦{{ .a | filterPEM "PRIVATE KEY" }}¦{{ .a | filterPEM "RSA PRIVATE KEY" }}¦' +
    '{{ .a | filterPEM "EC PRIVATE KEY" }}¦{{ .a | filterPEM "JUNK" }}¦{{ .a | filterCertChain "leaf" }}¦' +
    '{{ .a | filterCertChain "intermediate" }}¦{{ .a | filterCertChain "root" }}¦{{ .a | filterCertChain "other" }}¦' +
    '{{ .a | jwkPublicKeyPem }}¦{{ .a | jwkPrivateKeyPem }}¦{{ (buildCustomCert (.a | b64enc) (.b | b64enc)).Cert }}¦' +
    '{{ .a | rsaDecrypt "RSA-OAEP" "SHA1" .b }}¦{{ .a | pkcs12cert }}¦{{ .a | pkcs12key }}¦' +
    '{{ pemToPkcs12 .a .b | len | lt 0 }}¦{{ fullPemToPkcs12 .a .b | len | lt 0 }}¦' +
    '{{ pemTruststoreToPKCS12 .a | len | lt 0 }}¦{{ pemToPkcs12 .a .b | b64dec | pkcs12cert }}¦' +
    '{{ fullPemToPkcs12Pass .a .b "pw" | b64dec | pkcs12certPass "pw" }}¦{{ pemToPkcs12 .a .b | b64dec | pkcs12key }}¦' +
    '{{ (genSelfSignedCertWithKey "a" nil nil 1 .a).Key }}¦{{ decryptAES .b .a }}',
)

const between = oneOf(
  '¦¦¦\n¦ \n¦junk\n¦# note\n\n¦\r\n¦-----BEGIN JUNK-----\nAAAA\n-----END JUNK-----\n¦subject=CN=a\n¦-----',
)

/** Functions of keys over PEM blocks in any order, with junk between them and slips of the pen. */
export function keyCases({ certificates, keys }: KeyMaterial): fc.Arbitrary<Case> {
  const block = fc.oneof(fc.constantFrom(...certificates), fc.constantFrom(...keys))
  const bundle = (blocks: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    withSlips(
      fc.array(fc.tuple(between, blocks), { maxLength: 4 }).map((it) => it.flat().join('')),
      '¦\n¦ ¦-¦=¦A¦\r¦:¦é',
    )
  const certificateFirst = bundle(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...certificates) }, { weight: 1, arbitrary: block }),
  )
  return fc
    .tuple(
      fc.constantFrom(...templates),
      fc.oneof(certificateFirst, bundle(block)),
      fc.oneof(fc.constantFrom(...keys), bundle(block)),
    )
    .map(([template, a, b]) => ({ name: 'generated', template, data: { a, b } }))
}
