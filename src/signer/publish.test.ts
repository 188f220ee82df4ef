import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { certificate, nowMs, type Party } from '../../test/x509/certificates.ts'
import { keyPem, openssl, opensslCsr } from '../../test/x509/openssl.ts'
import { signingRequestFor } from '../../test/x509/signing-request.ts'
import { publish } from './publish.ts'
import type { Csr } from './x509/csr.ts'
import { loadX509 } from './x509/load.ts'
import { pemOf } from './x509/pem.ts'

// Keys are made and openssl is started: on a busy machine both take their time.
vi.setConfig({ testTimeout: 60_000 })

const { parseCsr } = await loadX509()

const shop: Party = { name: 'shop.example.com', key: 'P-256' }
const intermediate: Party = { name: 'Issuing CA', key: 'P-384' }
const root: Party = { name: 'Root CA', key: 'P-521' }
const csrPem = opensslCsr({ subject: ['CN=shop.example.com'] })
const request = signingRequestFor(csrPem)

let csr: Csr
let leafDer: Uint8Array
let intermediateDer: Uint8Array
let rootDer: Uint8Array

beforeAll(async () => {
  csr = await parseCsr(csrPem)
  leafDer = await leaf()
  intermediateDer = await certificate({ subject: intermediate, issuer: root, isCA: true })
  rootDer = await certificate({ subject: root, issuer: root, isCA: true })
})

test('F52: the new certificate comes first and the root apart, and openssl verifies what is published', async () => {
  const { certificatePem, caPem = '' } = await published([rootDer, intermediateDer, leafDer])

  expect(certificatePem).toBe(pemOf('CERTIFICATE', leafDer) + pemOf('CERTIFICATE', intermediateDer))
  expect(caPem).toBe(pemOf('CERTIFICATE', rootDer))
  const args = [
    'verify',
    '-attime',
    String(nowMs / 1000),
    '-x509_strict',
    '-CAfile',
    '@ca',
    '-untrusted',
    '@chain',
  ]
  expect(openssl([...args, '@chain'], { ca: caPem, chain: certificatePem }).toString()).toContain(': OK')
})

test('R14: any order and any number of copies of a chain are published as the same bytes', async () => {
  const chain = [leafDer, intermediateDer, rootDer]
  const expected = await published(chain)
  const shuffled = fc.shuffledSubarray([...chain, ...chain, ...chain], { minLength: 7, maxLength: 9 })

  // Seven of nine leave no certificate out.
  await fc.assert(
    fc.asyncProperty(shuffled, async (certificates) => {
      expect(await published(certificates)).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

test('R14: without a root the highest issuer is published as the CA and in the chain', async () => {
  expect(await published([intermediateDer, leafDer])).toEqual({
    certificatePem: pemOf('CERTIFICATE', leafDer) + pemOf('CERTIFICATE', intermediateDer),
    caPem: pemOf('CERTIFICATE', intermediateDer),
  })
})

test('R14: a certificate alone is published without a CA', async () => {
  expect(await published([leafDer])).toEqual({ certificatePem: pemOf('CERTIFICATE', leafDer) })
})

test('R14: a self-signed certificate is its own CA', async () => {
  const der = await certificate({ subject: shop, issuer: shop })

  const pem = pemOf('CERTIFICATE', der)
  expect(await published([der])).toEqual({ certificatePem: pem, caPem: pem })
})

test('F52: a chain of openssl is published in order', async () => {
  const files = opensslChain()
  const ders = [files.root, files.intermediate, files.leaf].map((it) =>
    openssl(['x509', '-in', '@c', '-outform', 'DER'], { c: it }),
  )

  const day = { ...request, durationSeconds: 86_400 }
  const found = await publish(day, ders, { nowMs: Date.now(), csr })

  expect(found).toEqual({ certificatePem: files.leaf + files.intermediate, caPem: files.root })
})

test.each<[string, () => Promise<Uint8Array[]> | Uint8Array[], string]>([
  ['nothing', () => [], 'it gave no certificate'],
  [
    '101 certificates',
    () => Array.from({ length: 101 }, () => leafDer),
    'it gave more than 100 certificates',
  ],
  ['more than 256 KiB', () => [new Uint8Array(256 * 1024 + 1)], 'its certificates are larger than 256 KiB'],
  ['a truncated certificate', () => [leafDer.subarray(0, -1)], 'one of its certificates is malformed'],
  [
    'bytes after a certificate',
    () => [Buffer.concat([leafDer, Buffer.of(0)])],
    'one of its certificates is malformed',
  ],
  [
    'PEM in the place of DER',
    () => [Buffer.from(pemOf('CERTIFICATE', leafDer))],
    'one of its certificates is malformed',
  ],
  ['an empty one', () => [new Uint8Array()], 'one of its certificates is malformed'],
  [
    'no certificate for the key',
    () => [rootDer, intermediateDer],
    "its certificate is for another key than the CSR's",
  ],
  [
    'two for the key',
    async () => [leafDer, await leaf()],
    "it gave two different certificates for the CSR's key",
  ],
  [
    'a gap in the chain',
    () => [leafDer, rootDer],
    'one of its certificates belong to no chain from the new one',
  ],
  [
    'a stranger',
    async () => [leafDer, await stranger()],
    'one of its certificates belong to no chain from the new one',
  ],
  [
    'a signature by another key',
    async () => [await forged(), intermediateDer],
    'one of its certificates belong to no chain from the new one',
  ],
  [
    'a chain through no CA',
    async () => [leafDer, await noCA()],
    'certificate 2 of its chain is no CA certificate',
  ],
  [
    'an expired issuer',
    async () => [leafDer, await expiredIssuer()],
    'certificate 2 of its chain expired at 2026-11-21T11:59:59.000Z',
  ],
  [
    'an expired certificate',
    async () => [await leaf({ notBeforeMs: nowMs - 9000, notAfterMs: nowMs - 1000 })],
    'the new certificate expired at 2026-11-21T11:59:59.000Z',
  ],
  [
    'one not yet valid',
    async () => [await leaf({ notBeforeMs: nowMs + 301_000 })],
    'the new certificate is not valid before 2026-11-21T12:05:01.000Z',
  ],
  [
    'one valid for too long',
    async () => [await leaf({ notAfterMs: nowMs + 3_901_000 })],
    'the new certificate is valid until 2026-11-21T13:05:01.000Z, longer than the 3600 s asked for',
  ],
])('F52, R15, S24: an answer with %s is never published', async (_, certificates, words) => {
  await expect(published(await certificates())).rejects.toMatchObject({
    reason: 'Refused',
    message: `the answer of the CA is not published: ${words}`,
  })
})

test.each([
  ['not yet valid by a clock 5 min ahead', { notBeforeMs: nowMs + 300_000, notAfterMs: nowMs + 3_900_000 }],
  ['backdated by a day', { notBeforeMs: nowMs - 86_400_000 }],
  ['that lives shorter', { notAfterMs: nowMs + 60_000 }],
])('a certificate %s is published', async (_, validity) => {
  expect(await published([await leaf(validity)])).toHaveProperty('certificatePem')
})

test.each([
  ['by up to a day where a day is asked for', { durationSeconds: 86_400 }, {}, 2 * 86_400_000],
  ['where the issuer allows it', {}, { leniency: { longerValidity: true } }, 365 * 86_400_000],
])('a certificate that lives longer is published %s', async (_, change, options, lifeMs) => {
  const certificates = [await leaf({ notAfterMs: nowMs + lifeMs })]

  const found = publish({ ...request, ...change }, certificates, { nowMs, csr, ...options })

  expect(await found).toHaveProperty('certificatePem')
})

function published(certificates: readonly Uint8Array[]) {
  return publish(request, certificates, { nowMs, csr })
}

function leaf(change: { notBeforeMs?: number; notAfterMs?: number } = {}): Promise<Uint8Array> {
  return certificate({ subject: shop, issuer: intermediate, ...change })
}

/** Says that the intermediate signed it, and another did. */
async function forged(): Promise<Uint8Array> {
  const der = Uint8Array.from(await leaf())
  der.set([(der.at(-1) ?? 0) ^ 1], der.length - 1)
  return der
}

function stranger(): Promise<Uint8Array> {
  return certificate({ subject: { name: 'other', key: 'P-521' }, issuer: root })
}

function noCA(): Promise<Uint8Array> {
  return certificate({ subject: intermediate, issuer: root, keyUsage: 0x20 })
}

function expiredIssuer(): Promise<Uint8Array> {
  const validity = { notBeforeMs: nowMs - 9000, notAfterMs: nowMs - 1000 }
  return certificate({ subject: intermediate, issuer: root, isCA: true, ...validity })
}

function opensslChain(): { root: string; intermediate: string; leaf: string } {
  const keys = { 'root.key': keyPem('RSA-2048'), 'middle.key': keyPem('Ed25519') }
  const make = (args: readonly string[], files: object) => openssl(args, { ...keys, ...files }).toString()
  const sign = [
    'x509',
    '-req',
    '-in',
    '@csr',
    '-CA',
    '@ca.crt',
    '-set_serial',
    '7',
    '-extfile',
    '@ext',
    '-days',
    '1',
  ]
  const top = make(['req', '-x509', '-new', '-key', '@root.key', '-subj', '/CN=R'], {})
  const middle = make([...sign, '-CAkey', '@root.key'], {
    csr: make(['req', '-new', '-key', '@middle.key', '-subj', '/CN=I'], {}),
    'ca.crt': top,
    ext: 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign',
  })
  const own = make([...sign, '-CAkey', '@middle.key'], {
    csr: csrPem,
    'ca.crt': middle,
    ext: 'subjectAltName=DNS:shop.example.com',
  })
  return { root: top, intermediate: middle, leaf: own }
}
