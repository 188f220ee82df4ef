import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { certificate, nowMs, type Party } from '../../test/x509/certificates.ts'
import { openssl, opensslCsr } from '../../test/x509/openssl.ts'
import { signingRequestFor } from '../../test/x509/signing-request.ts'
import { publish } from './publish.ts'
import type { Csr } from './x509/csr.ts'
import { loadX509 } from './x509/load.ts'
import { pemBlocks, pemOf } from './x509/pem.ts'

// Keys are made and openssl is started: on a busy machine both take their time.
vi.setConfig({ testTimeout: 60_000 })

const { parseCsr } = await loadX509()

const shop: Party = { name: 'shop.example.com', key: 'P-256' }
const issuing: Party = { name: 'Issuing CA', key: 'P-384' }
const newer: Party = { name: 'Newer Root', key: 'P-521' }
const older: Party = { name: 'Older Root', key: 'P-384' }
const hour = nowMs + 3_600_000
const expired = { notBeforeMs: nowMs - 9000, notAfterMs: nowMs - 1000 }
const csrPem = opensslCsr({ subject: ['CN=shop.example.com'] })
const request = signingRequestFor(csrPem)

let csr: Csr
/** A CA that moves from an older root to a newer one: `cross` is the newer one as the older one certifies it. */
let leaf: Uint8Array
let middle: Uint8Array
let root: Uint8Array
let cross: Uint8Array
let old: Uint8Array

beforeAll(async () => {
  csr = await parseCsr(csrPem)
  leaf = await certificate({ subject: shop, issuer: issuing })
  middle = await authority(issuing, newer)
  root = await authority(newer, newer)
  cross = await authority(newer, older)
  old = await authority(older, older)
})

test('R14: beside a cross-signed form the chain leads to the nearest root, and openssl verifies it', async () => {
  const { certificatePem, caPem = '' } = await published([cross, old, leaf, root, middle])

  expect(certificatePem).toBe(pem(leaf, middle))
  expect(caPem).toBe(pem(root))
  const at = ['verify', '-attime', String(nowMs / 1000), '-x509_strict', '-CAfile', '@ca']
  const files = { ca: caPem, chain: certificatePem }
  expect(openssl([...at, '-untrusted', '@chain', '@chain'], files).toString()).toContain(': OK')
})

type Case = () => Promise<Uint8Array[]> | Uint8Array[]

test.each<[string, Case, Case, Case]>([
  ['without the older root', () => [leaf, middle, root, cross], () => [leaf, middle], () => [root]],
  [
    'from one that does not give the newer root itself',
    () => [leaf, middle, cross, old],
    () => [leaf, middle, cross],
    () => [old],
  ],
  ['without any root', () => [leaf, middle, cross], () => [leaf, middle, cross], () => [cross]],
  [
    'with a newer root that has expired',
    async () => [leaf, middle, await authority(newer, newer, expired), cross, old],
    () => [leaf, middle, cross],
    () => [old],
  ],
  [
    'with a cross-signed form that has expired',
    async () => [leaf, middle, root, await authority(newer, older, expired), old],
    () => [leaf, middle],
    () => [root],
  ],
  [
    'with an older root that has expired',
    async () => [leaf, middle, root, cross, await authority(older, older, expired)],
    () => [leaf, middle],
    () => [root],
  ],
])('R14: a chain %s is published', async (_, given, chain, ca) => {
  const found = await published(await given())

  expect(found).toEqual({ certificatePem: pem(...(await chain())), caPem: pem(...(await ca())) })
})

test('R14: of a CA that was renewed with its key, the form that is valid longest is published', async () => {
  const longer = await authority(issuing, newer, { notAfterMs: hour + 1000 })
  const renewed = await authority(newer, newer, { notAfterMs: hour + 1000 })

  const found = await published([renewed, leaf, middle, longer, root])

  expect(found).toEqual({ certificatePem: pem(leaf, longer), caPem: pem(renewed) })
})

test.each([
  ['expired', expired],
  ['not valid yet', { notBeforeMs: nowMs + 400_000, notAfterMs: hour + 9000 }],
])('R14: without a root, a form of a CA that is %s gives way to one that holds', async (_, validity) => {
  const found = await published([leaf, await authority(issuing, newer, validity), middle])

  expect(found).toEqual({ certificatePem: pem(leaf, middle), caPem: pem(middle) })
})

test.each<[string, Case, string]>([
  [
    'roots that have all expired',
    async () => {
      const roots = [await authority(newer, newer, expired), await authority(older, older, expired)]
      return [leaf, middle, cross, ...roots]
    },
    'certificate 3 of its chain expired at 2026-11-21T11:59:59.000Z',
  ],
  [
    'a cross-signed form that the older root did not sign',
    async () => [leaf, middle, root, await authority(newer, { ...older, key: 'P-521' }), old],
    'one of its certificates belong to no chain from the new one',
  ],
  [
    'a cross-signed form of another CA',
    async () => [leaf, middle, root, cross, await authority({ name: 'Other', key: 'P-521' }, older), old],
    'one of its certificates belong to no chain from the new one',
  ],
  [
    'the older root, and nothing that it certifies',
    () => [leaf, middle, root, old],
    'one of its certificates belong to no chain from the new one',
  ],
])('F52, R14: an answer with %s is refused', async (_, given, words) => {
  await expect(published(await given())).rejects.toMatchObject({
    reason: 'Refused',
    message: `the answer of the CA is not published: ${words}`,
  })
})

test('R14: CAs that certify each other without a root end the chain where all were met', async () => {
  const a: Party = { name: 'A', key: 'P-384' }
  const b: Party = { name: 'B', key: 'P-521' }
  const byA = await certificate({ subject: shop, issuer: a })
  const [aByB, bByA] = [await authority(a, b), await authority(b, a)]
  const expected = { certificatePem: pem(byA, aByB, bByA), caPem: pem(bByA) }

  expect(await published([byA, aByB, bByA])).toEqual(expected)
  expect(await published([bByA, aByB, byA])).toEqual(expected)
})

test('R14: a CA that certified its new key with the old one and the old with the new, as AD CS does', async () => {
  const before: Party = { name: 'Corp', key: 'P-384' }
  const now: Party = { name: 'Corp', key: 'P-521' }
  const byNow = await certificate({ subject: shop, issuer: now })
  const [rootNow, rootBefore] = [await authority(now, now), await authority(before, before)]
  const crossed = [await authority(now, before), await authority(before, now)]

  const found = await published([rootBefore, ...crossed, rootNow, byNow])

  expect(found).toEqual({ certificatePem: pem(byNow), caPem: pem(rootNow) })
})

test('R14, S24: ten CAs that all certify each other are judged within 5 s', async () => {
  const all = Array.from({ length: 10 }, (_, index): Party => ({ name: `CA ${index}`, key: 'P-384' }))
  const mesh: Uint8Array[] = []
  for (const one of all) for (const other of all) if (one !== other) mesh.push(await authority(one, other))
  const [first = issuing] = all
  const byFirst = await certificate({ subject: shop, issuer: first })
  const last = await authority(first, first)
  const startMs = performance.now()

  const found = await published([...mesh, byFirst, last])

  expect(performance.now() - startMs).toBeLessThan(5000)
  expect(found).toEqual({ certificatePem: pem(byFirst), caPem: pem(last) })
})

test('R14: whatever forms come in whatever order, each certificate is signed by the next and the root is one', async () => {
  const pool = [
    middle,
    await authority(issuing, newer),
    await authority(issuing, older),
    root,
    await authority(newer, newer),
    cross,
    old,
    await authority(older, newer),
  ]
  const some = fc.uniqueArray(fc.nat(pool.length - 1), { maxLength: pool.length })
  let publishedCount = 0

  await fc.assert(
    fc.asyncProperty(some, async (indexes) => {
      const given = [leaf, ...indexes.map((it) => pool[it] ?? leaf)]
      const found = await outcome(given)
      expect(await outcome(given.toReversed())).toEqual(found)
      if (typeof found === 'string') return
      publishedCount++
      expectWhole(found, given)
    }),
    { numRuns: 200 },
  )

  expect(publishedCount).toBeGreaterThan(20)
})

function expectWhole(
  { certificatePem, caPem }: { certificatePem: string; caPem?: string },
  given: Uint8Array[],
) {
  const chain = pemBlocks(certificatePem, 100).map(({ der }) => new X509Certificate(der))
  const ca = caPem === undefined ? undefined : new X509Certificate(caPem)
  const isApart = ca !== undefined && !chain.some((it) => it.raw.equals(ca.raw))
  const whole = isApart ? [...chain, ca] : chain
  const isSigned = whole.slice(1).map((it, index) => whole[index]?.verify(it.publicKey))
  expect(isSigned).toEqual(whole.slice(1).map(() => true))
  const hasRoot = given
    .map((it) => new X509Certificate(it))
    .some((it) => it.subject === it.issuer && it.verify(it.publicKey))
  expect(isApart).toBe(hasRoot)
}

/** What is published, or why nothing is. */
async function outcome(certificates: readonly Uint8Array[]) {
  return await published(certificates).catch(String)
}

function published(certificates: readonly Uint8Array[]) {
  return publish(request, certificates, { nowMs, csr })
}

function authority(
  subject: Party,
  issuer: Party,
  validity: { notBeforeMs?: number; notAfterMs?: number } = {},
): Promise<Uint8Array> {
  return certificate({ subject, issuer, isCA: true, ...validity })
}

function pem(...ders: readonly Uint8Array[]): string {
  return ders.map((it) => pemOf('CERTIFICATE', it)).join('')
}
