import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Openssl } from '../../../test/fakes/template/openssl.ts'
import { keyFailure, renderedKeys } from '../../../test/fakes/template/rendered-keys.ts'
import type { Input } from '../render-options.ts'

const openssl = new Openssl()
afterAll(() => openssl[Symbol.dispose]())

const kinds: readonly [name: string, label: string, ...algorithm: [string, ...string[]]][] = [
  ['rsa', 'RSA ', 'RSA', 'rsa_keygen_bits:2048'],
  ['p256', 'EC ', 'EC', 'ec_paramgen_curve:P-256'],
  ['p384', 'EC ', 'EC', 'ec_paramgen_curve:P-384'],
  ['p521', 'EC ', 'EC', 'ec_paramgen_curve:P-521'],
  ['ed25519', '', 'ED25519'],
]
beforeAll(() => {
  for (const [name, , algorithm, ...options] of kinds) openssl.key(name, algorithm, ...options)
})

/** What `$it`, and where it is there `$ca`, hold. */
function made(template: string, data: Readonly<Record<string, Input>> = {}) {
  const [cert = '', key = ''] = renderedKeys(`${template}{{ $it.Cert }}|{{ $it.Key }}`, data).split('|')
  openssl.write('it.crt', cert)
  return {
    cert,
    key,
    parsed: new X509Certificate(cert),
    text: openssl.run('x509', '-in', 'it.crt', '-noout', '-text'),
  }
}

describe('genCA', () => {
  test('makes an authority that signs itself, of an RSA key of 2048 bits', () => {
    const { parsed, key, text } = made('{{ $it := genCA "my-ca" 365 }}')
    const days = (parsed.validToDate.getTime() - parsed.validFromDate.getTime()) / 86_400_000

    expect(parsed.subject).toBe('CN=my-ca')
    expect(parsed.ca).toBe(true)
    expect(parsed.verify(parsed.publicKey)).toBe(true)
    expect(days).toBe(365)
    expect(Math.abs(parsed.validFromDate.getTime() - Date.now())).toBeLessThan(60_000)
    expect(key).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/)
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment, Certificate Sign\n/)
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE\n/)
    expect(text).toMatch(/TLS Web Server Authentication, TLS Web Client Authentication/)
    expect(text).toMatch(/Subject Key Identifier: \n\s+([0-9A-F]{2}:){19}/)
    expect(text).toContain('Public-Key: (2048 bit)')
  })

  test('gives every certificate a number of its own', () => {
    const numbers = [1, 2].map(() =>
      made('{{ $it := genCAWithKey "a" 1 .key }}', { key: openssl.text('p256.key') }),
    )

    expect(new Set(numbers.map(({ parsed }) => parsed.serialNumber)).size).toBe(2)
  })
})

test.each(kinds)('an authority with a %s key signs a certificate that OpenSSL verifies', (name, label) => {
  const template =
    '{{ $ca := genCAWithKey "ca" 9 .key }}{{ $it := genSignedCert "leaf" nil (list "a.b") 9 $ca }}'
  const [ca = '', leaf = ''] = renderedKeys(`${template}{{ $ca.Cert }}|{{ $it.Cert }}`, {
    key: openssl.text(`${name}.key`),
  }).split('|')
  openssl.write('ca.crt', ca)
  openssl.write('leaf.crt', leaf)

  expect(openssl.run('verify', '-x509_strict', '-CAfile', 'ca.crt', 'leaf.crt')).toContain('leaf.crt: OK')
  expect(new X509Certificate(leaf).checkIssued(new X509Certificate(ca))).toBe(true)
  expect(made('{{ $it := genCAWithKey "ca" 9 .key }}', { key: openssl.text(`${name}.key`) }).key).toContain(
    `-----BEGIN ${label}PRIVATE KEY-----`,
  )
})

describe('genSelfSignedCert', () => {
  const withKey = (rest: string) =>
    made(`{{ $it := genSelfSignedCertWithKey ${rest} .key }}`, { key: openssl.text('p256.key') })

  test('writes names and addresses', () => {
    const { parsed, text } = withKey(
      '"my.com" (list "10.0.0.1" "2001:db8::2:1" "::ffff:1.2.3.4") (list "a.b" "*.c") 9',
    )

    expect(parsed.subjectAltName).toBe(
      'DNS:a.b, DNS:*.c, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:2:1, IP Address:1.2.3.4',
    )
    expect(parsed.ca).toBe(false)
    expect(text).not.toContain('Key Identifier')
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment\n/)
  })

  test('marks the names as critical where there is no other', () => {
    expect(withKey('"" nil (list "a.b") 9').text).toMatch(/Subject Alternative Name: critical\s+DNS:a\.b/)
  })

  test('writes a name beyond ASCII, and dates beyond 2049', () => {
    const { parsed } = withKey('"Zürich" nil nil 36500')

    expect(parsed.subject).toBe('CN=Zürich')
    expect(parsed.validToDate.getUTCFullYear()).toBeGreaterThan(2100)
    expect(parsed.subjectAltName).toBeUndefined()
  })

  test.each([
    ['"x" (list "300.1.1.1") nil 9', 'an IP address is none'],
    ['"x" (list "fe80::1%eth0") nil 9', 'an IP address is none'],
    ['"x" (list 7) nil 9', 'no string'],
    ['"x" nil (list "ä") 9', 'a DNS name is not ASCII'],
    ['.raw nil nil 9', 'a name is not UTF-8'],
  ])('refuses %s', (rest, words) => {
    const data = { key: openssl.text('p256.key'), raw: Buffer.of(0xff) }

    expect(keyFailure(`{{ genSelfSignedCertWithKey ${rest} .key }}`, data)).toContain(words)
  })
})

describe('genSignedCert', () => {
  const template =
    '{{ $it := genSignedCertWithKey "leaf" nil nil 9 (buildCustomCert (b64enc .cert) (b64enc .ca)) .key }}'

  test('signs with an authority that the user has', () => {
    openssl.certificate('p384', undefined, ['subjectKeyIdentifier=01:02'])
    const data = {
      cert: openssl.text('p384.crt'),
      ca: openssl.text('p384.key'),
      key: openssl.text('p256.key'),
    }
    const { parsed, text } = made(template, data)

    expect(parsed.issuer).toBe('CN=p384')
    expect(parsed.verify(new X509Certificate(data.cert).publicKey)).toBe(true)
    expect(text).toMatch(/Authority Key Identifier: \n\s+01:02\n/)
  })

  test('refuses a key that is not that of the authority', () => {
    openssl.certificate('p384')
    const data = {
      cert: openssl.text('p384.crt'),
      ca: openssl.text('p256.key'),
      key: openssl.text('p256.key'),
    }

    expect(keyFailure(template, data)).toContain('not that of its certificate')
  })

  test('refuses a key that signs nothing, and one too short', () => {
    openssl.key('x25519', 'X25519')
    openssl.key('short', 'RSA', 'rsa_keygen_bits:768')
    const refusal = (name: string) =>
      keyFailure('{{ genCAWithKey "x" 1 .key }}', { key: openssl.text(`${name}.key`) })

    expect(refusal('x25519')).toContain('an X25519 key signs nothing')
    expect(refusal('short')).toContain('less than 1024 bits')
  })
})

describe('buildCustomCert', () => {
  test('gives both back as they were', () => {
    openssl.certificate('p256')
    const data = { cert: `# note\n${openssl.text('p256.crt')}`, key: openssl.text('p256.key') }

    expect(made('{{ $it := buildCustomCert (b64enc .cert) (b64enc .key) }}', data)).toMatchObject(data)
    expect(renderedKeys('{{ printf "%T" (buildCustomCert (b64enc .cert) (b64enc .key)) }}', data)).toBe(
      'sprig.certificate',
    )
    expect(renderedKeys('{{ buildCustomCert (b64enc .cert) (b64enc .key) }}', data)).toBe(
      `{${data.cert} ${data.key}}`,
    )
  })

  test.each([
    ['"!" "!"', 'the certificate is not base64 at byte 0'],
    ['"" "!"', 'the private key is not base64 at byte 0'],
    ['"" ""', 'the certificate is not PEM'],
    ['(b64enc .cert) ""', 'the private key is not PEM'],
    ['(b64enc .cert) (b64enc .cert)', 'names no kind of private key'],
  ])('refuses %s', (rest, words) => {
    openssl.certificate('p256')

    expect(keyFailure(`{{ buildCustomCert ${rest} }}`, { cert: openssl.text('p256.crt') })).toContain(words)
  })
})
