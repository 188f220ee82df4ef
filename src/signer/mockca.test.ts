import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { nowMs } from '../../test/x509/certificates.ts'
import { mockConfig, openMock, requestFor, signed, signOptions } from '../../test/x509/mockca.ts'
import { type CsrOptions, type KeyKind, keyPem, openssl, opensslCsr } from '../../test/x509/openssl.ts'
import type { SigningRequest } from './signer.ts'

// Keys are made and openssl is started: on a busy machine both take their time.
vi.setConfig({ testTimeout: 60_000 })

const caKeys = ['ECDSA-P256', 'ECDSA-P384', 'ECDSA-P521', 'RSA-2048', 'RSA-3072', 'Ed25519']
const keys: KeyKind[] = ['RSA-2048', 'RSA-4096', 'P-256', 'P-384', 'P-521', 'Ed25519']

test.each(caKeys)(
  'R30: a mock CA with a key of kind %s signs CSRs of every kind, as openssl verifies',
  async (it) => {
    const signer = await openMock({ config: mockConfig(`keyAlgorithm: ${it}`) })

    for (const key of keys) {
      const { certificatePem, caPem } = await signed(signer, requestFor(opensslCsr({ key })))

      const leaf = new X509Certificate(certificatePem)
      expect(leaf.checkHost('shop.example.com')).toBe('shop.example.com')
      expect(verified(certificatePem, caPem)).toContain(': OK')
    }
  },
  30_000,
)

test('R30: a CSR with an RSA key of 8192 bits is signed', async () => {
  // Of a key that was thrown away: to find the primes takes seconds, and now and then a minute.
  const csr = readFileSync(new URL('../../test/x509/rsa-8192.csr', import.meta.url), 'utf8')

  const { certificatePem } = await signed(await openMock(), requestFor(csr))

  expect(new X509Certificate(certificatePem).publicKey.asymmetricKeyDetails?.modulusLength).toBe(8192)
})

const label = 'a'.repeat(63)

test.each<[string, CsrOptions]>([
  ['a common name alone', { subject: ['CN=shop.example.com'], extensions: [] }],
  ['a wildcard and its apex', { extensions: ['subjectAltName=DNS:*.example.com,DNS:example.com'] }],
  ['a label of 63 letters', { extensions: [`subjectAltName=DNS:${label}.example.com`] }],
  ['a URI alone', { extensions: ['subjectAltName=URI:spiffe://td/ns/shop'] }],
  ['IP addresses', { extensions: ['subjectAltName=IP:10.0.0.1,IP:2001:db8::1'] }],
  ['an email address', { extensions: ['subjectAltName=email:a@b.c'] }],
  [
    'an otherName',
    { extensions: ['subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:u@x,RID:1.2,dirName:dirname'] },
  ],
  [
    'a subject in an order of its own',
    { subject: ['CN=a', 'C=DE', 'DC=x', 'O=O', '1.OU=b', '2.OU=a', 'UID=u'] },
  ],
  ['letters beyond ASCII', { subject: ['CN=Käse 日本', 'O=Ω'], args: ['-utf8'] }],
  ['old string types', { subject: ['CN=a', 'O=Corp'], args: ['-nameopt', 'RFC2253'] }],
])('R29: %s is signed byte for byte', async (_, options) => {
  const csr = opensslCsr(options)

  const { certificatePem } = await signed(await openMock(), requestFor(csr))

  const wanted = sections(openssl(['asn1parse', '-in', '@c'], { c: csr }))
  expect(wanted.length).toBeGreaterThan(0)
  expect(sections(openssl(['asn1parse', '-in', '@c'], { c: certificatePem }))).toEqual(
    expect.arrayContaining(wanted),
  )
})

test.each([
  ['critical', [], 'critical'],
  ['not critical', ['CN=a'], 'X509v3 Subject Alternative Name: \n'],
])('R29: alternative names are %s with the subject %j', async (_, subject, words) => {
  const { certificatePem } = await signed(await openMock(), requestFor(opensslCsr({ subject })))

  const found = openssl(['x509', '-in', '@c', '-noout', '-ext', 'subjectAltName'], { c: certificatePem })
  expect(found.toString()).toContain(words)
})

test.each<[string, Partial<SigningRequest>, string, string]>([
  ['the defaults', {}, 'Digital Signature, Key Encipherment', 'CA:FALSE'],
  [
    'all that was asked',
    { usages: ['signing', 'crl sign', 'client auth', 'ocsp signing'] },
    'Digital Signature, CRL Sign',
    'TLS Web Client Authentication, OCSP Signing',
  ],
  ['an extended usage alone', { usages: ['server auth'] }, 'TLS Web Server Authentication', 'CA:FALSE'],
  ['the CA flag', { isCA: true }, 'Digital Signature, Key Encipherment, Certificate Sign', 'CA:TRUE'],
])('R29: a certificate has the usages of its request: %s', async (_, change, usages, more) => {
  const signer = await openMock({ config: mockConfig('allowCA: true') })

  const { certificatePem } = await signed(signer, requestFor(opensslCsr(), change))

  const text = openssl(['x509', '-in', '@c', '-noout', '-text'], { c: certificatePem }).toString()
  expect(text).toContain(`${usages}\n`)
  expect(text).toContain(`${more}\n`)
})

test('S25: a CA certificate is signed only where the configuration allows it, with the path length of its CSR', async () => {
  const csr = opensslCsr({
    subject: ['CN=Sub CA'],
    extensions: ['basicConstraints=critical,CA:true,pathlen:0'],
  })
  const request = requestFor(csr, { isCA: true })

  await expect((await openMock()).submit(request, signOptions)).rejects.toMatchObject({
    reason: 'Refused',
    message: 'a CA certificate is asked for, and allowCA in ConfigMap key mockca.yaml does not allow it',
  })
  const { certificatePem, caPem } = await signed(
    await openMock({ config: mockConfig('allowCA: true') }),
    request,
  )
  expect(openssl(['x509', '-in', '@c', '-noout', '-text'], { c: certificatePem }).toString()).toContain(
    'CA:TRUE, pathlen:0',
  )
  expect(verified(certificatePem, caPem)).toContain(': OK')
})

test('S25: a CSR that asks for the CA flag gets none when its request does not', async () => {
  const csr = opensslCsr({ subject: ['CN=a'], extensions: ['basicConstraints=critical,CA:true'] })

  const { certificatePem } = await signed(
    await openMock({ config: mockConfig('allowCA: true') }),
    requestFor(csr),
  )

  expect(new X509Certificate(certificatePem).ca).toBe(false)
})

test.each([60, 3600, 7_776_000])(
  'R28: a certificate lives for exactly the %i s asked for, backdated by 30 s',
  async (durationSeconds) => {
    const { certificatePem } = await signed(await openMock(), requestFor(opensslCsr(), { durationSeconds }))

    const { validFromDate, validToDate } = new X509Certificate(certificatePem)
    expect(validFromDate.getTime()).toBe(nowMs - 30_000)
    expect(validToDate.getTime() - validFromDate.getTime()).toBe(durationSeconds * 1000)
  },
)

test('a certificate does not outlive its CA', async () => {
  const signer = await openMock({ config: mockConfig('validity: 48h') })

  const { certificatePem, caPem } = await signed(signer, requestFor(opensslCsr()))

  expect(new X509Certificate(certificatePem).validToDate).toEqual(new X509Certificate(caPem).validToDate)
})

test('serial numbers are positive, of 20 bytes, and never the same', async () => {
  const signer = await openMock()
  const request = requestFor(opensslCsr())

  const serials = await Promise.all(
    Array.from(
      { length: 50 },
      async () => new X509Certificate((await signed(signer, request)).certificatePem).serialNumber,
    ),
  )

  expect(new Set(serials).size).toBe(50)
  for (const it of serials) expect(it).toMatch(/^[4-7][0-9A-F]{39}$/)
})

test.each<[string, string, Partial<SigningRequest>, string]>([
  [
    'neither subject nor name',
    opensslCsr({ extensions: [] }),
    {},
    'the CSR has neither a subject nor an alternative name',
  ],
  [
    'a weak key',
    opensslCsr({ key: 'RSA-1024' }),
    {},
    'the CSR cannot be used: its RSA key has 1024 bits; 2048 to 8192 are allowed',
  ],
  [
    'an unknown usage',
    opensslCsr(),
    { usages: ['flying'] },
    'the request asks for the usage "flying", which is not known',
  ],
  ['hardly any duration', opensslCsr(), { durationSeconds: 59 }, 'the duration asked for is below 60 s'],
])('S25: a request with %s is refused', async (_, csr, change, message) => {
  const signer = await openMock()

  await expect(signer.submit(requestFor(csr, change), signOptions)).rejects.toMatchObject({
    reason: 'Refused',
    message,
  })
})

test('S29: what a mock CA gives away holds no private key', async () => {
  const result = await (await openMock()).submit(requestFor(opensslCsr()), signOptions)

  expect(JSON.stringify(result)).not.toContain('PRIVATE')
  expect(Object.keys(result)).toEqual(['kind', 'certificates'])
  expect(keyPem('P-256')).toContain('PRIVATE')
})

/** What openssl says of a chain at the time of the tests, by the strict rules of RFC 5280. */
function verified(certificatePem: string, caPem: string): string {
  const args = ['verify', '-x509_strict', '-attime', String(nowMs / 1000), '-CAfile', '@ca', '@leaf']
  return openssl(args, { ca: caPem, leaf: certificatePem }).toString()
}

/** Types and values of a subject's strings, and the bytes of the alternative names, as openssl lists them. */
function sections(asn1: Buffer): string[] {
  const lines = asn1
    .toString()
    .split('\n')
    .map((it) => it.replace(/^.*?(?:prim|cons): */, ''))
  const at = lines.findIndex((it) => it.includes('Subject Alternative Name'))
  const names = at === -1 ? [] : lines.slice(at + 1, at + 3).filter((it) => it.startsWith('OCTET STRING'))
  return [...lines.filter((it) => /^(?:UTF8STRING|PRINTABLESTRING|IA5STRING)/.test(it)), ...names]
}
