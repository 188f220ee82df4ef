import fc from 'fast-check'
import { expect, test } from 'vitest'
import { certificate, nowMs } from '../../../test/x509/certificates.ts'
import { requestFor } from '../../../test/x509/mockca.ts'
import { keyPem, openssl, opensslCsr } from '../../../test/x509/openssl.ts'
import { publish } from '../publish.ts'
import { SignFailure } from '../sign-failure.ts'
import { type CertificateEncoding, certificatesOf } from './certificates-of.ts'
import { csrDer as derOf } from './csr-der.ts'
import { csrForms } from './csr-forms.ts'
import { loadX509 } from './load.ts'
import { pemOf } from './pem.ts'

const { parseCsr, readCertificate } = await loadX509()

const extensions = ['subjectAltName=DNS:a.b,IP:10.0.0.1,otherName:1.2.3;UTF8:u', 'keyUsage=digitalSignature']
const csrPem = opensslCsr({ subject: ['CN=a', 'O=b'], extensions })
const csrDer = openssl(['req', '-in', '@c', '-outform', 'DER'], { c: csrPem })
const csr = await parseCsr(csrPem)
const ca = { name: 'CA', key: 'P-384' } as const
const caDer = await certificate({ subject: ca, issuer: ca, isCA: true })
const leafDer = await certificate({
  subject: { name: 'a', key: 'P-256' },
  issuer: ca,
  names: csr.asks.namesDer,
})
const bundle = pemOf('CERTIFICATE', leafDer) + pemOf('CERTIFICATE', caDer)
const pkcs7 = openssl(['crl2pkcs7', '-nocrl', '-certfile', '@c', '-outform', 'DER'], { c: bundle })

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** Some bytes cut out or added: what a broken server sends. */
const structural = fc.record({
  at: place,
  cut: fc.integer({ min: 0, max: 4 }),
  add: fc.uint8Array({ maxLength: 4 }),
})

/** One byte in the place of another: lengths stay right, and what is wrong is found later. */
const substitution = fc.record({
  at: place,
  cut: fc.constant(1),
  add: fc.uint8Array({ minLength: 1, maxLength: 1 }),
})

const damage = fc.oneof(
  fc.array(structural, { minLength: 1, maxLength: 5 }),
  fc.array(substitution, { minLength: 1, maxLength: 2 }),
)

interface Change {
  readonly at: number
  readonly cut: number
  readonly add: Uint8Array
}

const runs = { numRuns: 1000 }

test('a damaged CSR, as DER or PEM, is read or refused, never anything else, and soon', async () => {
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (changes, asPem) => {
      const pem = asPem
        ? damaged(Buffer.from(csrPem), changes).toString()
        : pemOf('CERTIFICATE REQUEST', damaged(csrDer, changes))
      expect(await strangeOutcomes(() => parseCsr(pem))).toEqual([])
      expect(await strangeOutcomes(() => csrForms(derOf(pem)))).toEqual([])
    }),
    runs,
  )
}, 60_000)

test('damaged certificates are published or refused, never anything else, and soon', async () => {
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const der = new Uint8Array(damaged(Buffer.from(leafDer), changes))
      expect(await strangeOutcomes(() => readCertificate(der))).toEqual([])
      for (const certificates of [
        [der],
        [der, caDer],
        [leafDer, new Uint8Array(damaged(Buffer.from(caDer), changes))],
      ]) {
        expect(
          await strangeOutcomes(() => publish(requestFor(csrPem), certificates, { nowMs, csr })),
        ).toEqual([])
      }
    }),
    runs,
  )
}, 60_000)

test.each<[CertificateEncoding, Buffer]>([
  ['pem', Buffer.from(bundle)],
  ['base64-pem', Buffer.from(Buffer.from(bundle).toString('base64'))],
  ['der', Buffer.from(leafDer)],
  ['base64-der', Buffer.from(Buffer.from(leafDer).toString('base64'))],
  ['base64-pkcs7', Buffer.from(pkcs7.toString('base64'))],
  ['pkcs7-pem', Buffer.from(pemOf('PKCS7', pkcs7))],
])(
  'a damaged answer in %s is read or refused, never anything else, and soon',
  async (encoding, content) => {
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = new Uint8Array(damaged(content, changes))
        expect(await strangeOutcomes(() => certificatesOf(bytes, encoding, 'the answer'))).toEqual([])
      }),
      runs,
    )
  },
  60_000,
)

test('damaged PKCS#7 under intact base64 is read or refused', async () => {
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const bytes = new Uint8Array(Buffer.from(damaged(pkcs7, changes).toString('base64')))
      expect(await strangeOutcomes(() => certificatesOf(bytes, 'base64-pkcs7', 'the answer'))).toEqual([])
    }),
    runs,
  )
}, 60_000)

test.each<[string, CertificateEncoding, Buffer]>([
  ['a million BEGIN lines', 'pem', Buffer.from('-----BEGIN CERTIFICATE-----\n'.repeat(37_000))],
  ['a million newlines', 'pem', Buffer.alloc(1_000_000, '\n')],
  ['a million dashes', 'pem', Buffer.alloc(1_000_000, '-')],
  ['a million of =', 'base64-der', Buffer.alloc(1_000_000, '=')],
  [
    'half a million empty elements',
    'der',
    Buffer.concat([Buffer.of(0x30, 0x83, 0x0f, 0x42, 0x40), Buffer.alloc(1_000_000, Buffer.of(5, 0))]),
  ],
  ['a private key', 'pem', Buffer.from(keyPem('P-256'))],
])('S24: %s takes less than 5 s', async (_, encoding, content) => {
  const began = performance.now()

  await strangeOutcomes(() => certificatesOf(new Uint8Array(content), encoding, 'the answer'))

  expect(performance.now() - began).toBeLessThan(5000)
})

function damaged(content: Buffer, changes: readonly Change[]): Buffer {
  let bytes = content
  for (const { at, cut, add } of changes) {
    const begin = Math.floor(at * bytes.length)
    bytes = Buffer.concat([bytes.subarray(0, begin), add, bytes.subarray(begin + cut)])
  }
  return bytes
}

/** What is thrown and is no SignFailure of the kind that means Failed; and what takes more than 5 s. */
async function strangeOutcomes(act: () => unknown): Promise<unknown[]> {
  const began = performance.now()
  try {
    await act()
  } catch (error) {
    if (!(error instanceof SignFailure && error.reason === 'Refused')) return [error]
  }
  const tookMs = performance.now() - began
  return tookMs > 5000 ? [`it took ${tookMs} ms`] : []
}
