import { expect, test, vi } from 'vitest'
import { type CertificateOptions, certificate, nowMs, type Party } from '../../test/x509/certificates.ts'
import { opensslCsr } from '../../test/x509/openssl.ts'
import { publish } from './publish.ts'
import type { SigningRequest } from './signer.ts'
import { loadX509 } from './x509/load.ts'

// Keys are made and openssl is started: on a busy machine both take their time.
vi.setConfig({ testTimeout: 60_000 })

const { parseCsr } = await loadX509()

const root: Party = { name: 'Root CA', key: 'P-521' }
const unasked = 'which was not asked for'

/** What the CSR asks for and the certificate has; sections of openssl for both. */
interface Case {
  readonly asked: readonly string[]
  readonly subject?: readonly string[]
  readonly got: readonly string[]
  readonly gotSubject?: readonly string[]
}

test.each<[string, Case]>([
  ['the same names', { asked: ['DNS:a.b', 'IP:10.0.0.1'], got: ['IP:10.0.0.1', 'DNS:a.b'] }],
  ['fewer names', { asked: ['DNS:a.b', 'DNS:c.d'], got: ['DNS:c.d'] }],
  ['a host in other case', { asked: ['DNS:Shop.Example.COM'], got: ['DNS:shop.example.com'] }],
  ['a CN made of a DNS name', { asked: ['DNS:a.b'], got: ['DNS:a.b'], gotSubject: ['CN=a.b'] }],
  [
    'a CN made of a URI',
    { asked: ['URI:spiffe://td/a'], got: ['URI:spiffe://td/a'], gotSubject: ['CN=spiffe://td/a'] },
  ],
  ['a DNS name made of the CN', { asked: [], subject: ['CN=a.b'], got: ['DNS:a.b'], gotSubject: ['CN=a.b'] }],
  ['an IP address made of the CN', { asked: [], subject: ['CN=10.0.0.1'], got: ['IP:10.0.0.1'] }],
  [
    'an email address made of the subject',
    { asked: ['DNS:a.b'], subject: ['emailAddress=A@b.c'], got: ['email:a@b.c'] },
  ],
  [
    'a subject after the profile',
    { asked: ['DNS:a.b'], got: ['DNS:a.b'], gotSubject: ['O=Corp', 'OU=Web', 'C=DE'] },
  ],
  ['a CN of several words', { asked: ['DNS:a.b'], got: ['DNS:a.b'], gotSubject: ['CN=Example Corp device'] }],
  ['the otherName asked for', { asked: ['otherName:1.2.3;UTF8:u'], got: ['otherName:1.2.3;UTF8:u'] }],
  ['no name for no name', { asked: [], subject: ['O=Corp'], got: [], gotSubject: ['O=Corp'] }],
])('F52: a certificate with %s is published', async (_, it) => {
  expect(await answered(it)).toHaveProperty('certificatePem')
})

const added = (name: string) => `it adds the name ${name}, which the CSR does not ask for`

test.each<[string, Case, string]>([
  ['another DNS name', { asked: ['DNS:a.b'], got: ['DNS:a.b', 'DNS:evil.b'] }, added('"evil.b"')],
  ['a wildcard above it', { asked: ['DNS:a.b'], got: ['DNS:*.b'] }, added('"*.b"')],
  [
    'another IP address',
    { asked: ['IP:10.0.0.1'], got: ['IP:10.0.0.1', 'IP:10.0.0.2'] },
    added('"10.0.0.2"'),
  ],
  [
    'a URI in other case',
    { asked: ['URI:spiffe://td/a'], got: ['URI:spiffe://td/A'] },
    added('"spiffe://td/A"'),
  ],
  ['another email address', { asked: ['DNS:a.b'], got: ['DNS:a.b', 'email:a@b.c'] }, added('"a@b.c"')],
  [
    'another otherName',
    { asked: ['otherName:1.2.3;UTF8:u'], got: ['otherName:1.2.3;UTF8:v'] },
    added('of another kind'),
  ],
  [
    'another host as CN',
    { asked: ['DNS:a.b'], got: ['DNS:a.b'], gotSubject: ['CN=evil.b'] },
    added('"evil.b"'),
  ],
  [
    'a host with a space after it as CN',
    { asked: ['DNS:a.b'], got: ['DNS:a.b'], gotSubject: ['CN="evil.b "'] },
    added('"evil.b "'),
  ],
  [
    'a user as CN',
    { asked: ['DNS:a.b'], got: ['DNS:a.b'], gotSubject: ['CN=postgres'] },
    added('"postgres"'),
  ],
  [
    'an email address in the subject',
    { asked: ['DNS:a.b'], got: ['DNS:a.b'], gotSubject: ['emailAddress=a@b.c'] },
    added('"a@b.c"'),
  ],
  ['an IP address as DNS name', { asked: ['IP:10.0.0.1'], got: ['DNS:10.0.0.1'] }, added('"10.0.0.1"')],
  [
    'none of the names',
    { asked: ['DNS:a.b'], got: [], gotSubject: ['O=Corp'] },
    'it has none of the names that the CSR asks for',
  ],
])('F52: a certificate with %s is never published', async (_, it, words) => {
  await expect(answered(it)).rejects.toMatchObject({
    reason: 'Refused',
    message: `the answer of the CA is not published: ${words}`,
  })
})

type Rights = Pick<CertificateOptions, 'isCA' | 'pathLength' | 'keyUsage' | 'extendedKeyUsages'>
type Asked = Partial<Pick<SigningRequest, 'isCA' | 'usages'>> & { readonly pathLength?: number }

const codeSigning = '1.3.6.1.5.5.7.3.3'
const serverAuth = '1.3.6.1.5.5.7.3.1'
const clientAuth = '1.3.6.1.5.5.7.3.2'

test.each<[string, Asked, Rights]>([
  ['the usages asked for', { usages: ['code signing'] }, { extendedKeyUsages: [codeSigning] }],
  [
    'the usages of most profiles',
    { usages: [] },
    { keyUsage: 0x0f, extendedKeyUsages: [serverAuth, clientAuth] },
  ],
  ['fewer usages', { usages: ['server auth', 'signing'] }, { keyUsage: 0x01 }],
  ['cert sign where it is asked for', { usages: ['cert sign'] }, { keyUsage: 0x20 }],
  ['the CA flag asked for', { isCA: true }, { isCA: true }],
  ['a shorter path', { isCA: true, pathLength: 2 }, { isCA: true, pathLength: 1 }],
])('S25: a certificate with %s is published', async (_, asked, rights) => {
  expect(await answeredWith(asked, rights)).toHaveProperty('certificatePem')
})

test.each<[string, Asked, Rights, string]>([
  ['the CA flag', {}, { isCA: true }, 'it is a CA certificate, and none was asked for'],
  ['no CA flag where one is asked for', { isCA: true }, {}, 'a CA certificate was asked for, and it is none'],
  ['cert sign', {}, { keyUsage: 0x21 }, `it may sign certificates or revocation lists, ${unasked}`],
  [
    'crl sign',
    { usages: ['cert sign'] },
    { keyUsage: 0x60 },
    `it may sign certificates or revocation lists, ${unasked}`,
  ],
  [
    'a longer path',
    { isCA: true, pathLength: 0 },
    { isCA: true, pathLength: 1 },
    'it allows a longer chain below it than the CSR asks for (0)',
  ],
  [
    'no limit of the path',
    { isCA: true, pathLength: 0 },
    { isCA: true },
    'it allows a longer chain below it than the CSR asks for (0)',
  ],
  [
    'code signing',
    { usages: ['server auth'] },
    { extendedKeyUsages: [serverAuth, codeSigning] },
    `it has the extended key usage ${codeSigning}, ${unasked}`,
  ],
  [
    'any usage',
    {},
    { extendedKeyUsages: ['2.5.29.37.0'] },
    `it has the extended key usage 2.5.29.37.0, ${unasked}`,
  ],
])('S25: a certificate with %s is never published', async (_, asked, rights, words) => {
  await expect(answeredWith(asked, rights)).rejects.toMatchObject({
    reason: 'Refused',
    message: `the answer of the CA is not published: ${words}`,
  })
})

async function answered({ asked, subject = [], got, gotSubject = [] }: Case) {
  const shape = await parsed(gotSubject, got)
  const csr = await parsed(subject, asked)
  const der = await certificate({
    subject: { name: '', key: 'P-256' },
    issuer: root,
    subjectDer: shape.subject.der,
    names: shape.asks.namesDer,
  })
  return publish(requestOf({}), [der], { nowMs, csr })
}

async function answeredWith({ pathLength, ...asked }: Asked, rights: Rights) {
  const limit = pathLength === undefined ? [] : [`basicConstraints=critical,CA:true,pathlen:${pathLength}`]
  const csr = await parseCsr(opensslCsr({ subject: ['CN=a.b'], extensions: limit }))
  const der = await certificate({ subject: { name: 'a.b', key: 'P-256' }, issuer: root, ...rights })
  return publish(requestOf(asked), [der], { nowMs, csr })
}

/** openssl's reading of subject and names serves for the CSR and, copied, for the certificate. */
function parsed(subject: readonly string[], names: readonly string[]) {
  const extensions = names.length > 0 ? [`subjectAltName=${names.join(',')}`] : []
  return parseCsr(opensslCsr({ subject, extensions }))
}

function requestOf(change: Partial<SigningRequest>): SigningRequest {
  const issuer = { kind: 'ExternalIssuer', namespace: 'shop', name: 'corp', uid: '2' }
  const base = { uid: '1', name: 'shop-1', annotations: {}, csrPem: '', durationSeconds: 3600, issuer }
  return { ...base, isCA: false, usages: [], ...change }
}
