import { X509Certificate } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { certificate, nowMs } from '../../test/x509/certificates.ts'
import { mockConfig, newMockCA, openMock, requestFor, signed, signOptions } from '../../test/x509/mockca.ts'
import { keyPem, openssl, opensslCsr } from '../../test/x509/openssl.ts'
import { Redacted } from '../std/redacted.ts'
import { pemOf } from './x509/pem.ts'

// Keys are made and openssl is started: on a busy machine both take their time.
vi.setConfig({ testTimeout: 60_000 })

const hourMs = 3_600_000
const other = { issuer: { kind: 'ExternalIssuer', namespace: 'shop', name: 'other', uid: 'issuer-2' } }

test('a check says that the CA is for tests, and gives its fingerprint', async () => {
  const signer = await openMock()

  const checked = await signer.check(signOptions)

  const { caPem } = await signed(signer, requestFor(opensslCsr()))
  expect(checked).toEqual({
    how: 'a mock CA from memory signs; it is for tests only, not for production',
    warnings: [],
    caFingerprint: new X509Certificate(caPem).fingerprint256,
  })
})

test('an issuer keeps its CA when its configuration is read again, and after close', async () => {
  const ca = newMockCA()
  const first = await openMock({}, ca)
  const before = await fingerprint(first)
  await first.close()

  expect(await fingerprint(await openMock({ config: mockConfig('allowCA: true') }, ca))).toBe(before)
})

test('issuers have CAs of their own', async () => {
  const ca = newMockCA()

  expect(await fingerprint(await openMock({}, ca))).not.toBe(await fingerprint(await openMock(other, ca)))
})

test('a CA that is asked for twice at once is made once', async () => {
  const signer = await openMock()

  const prints = await Promise.all([fingerprint(signer), fingerprint(signer), fingerprint(signer)])

  expect(new Set(prints).size).toBe(1)
})

test.each([
  ['the process started again', true, ''],
  ['its algorithm changed', false, 'keyAlgorithm: Ed25519'],
  ['its name changed', false, 'commonName: Other'],
])('MockCAReplaced is told once when %s', async (_, isRestart, yaml) => {
  const ca = newMockCA()
  const previousFingerprint = await fingerprint(await openMock({}, ca))

  const again = await openMock(
    { config: mockConfig(yaml), previousFingerprint },
    isRestart ? newMockCA() : ca,
  )

  expect((await again.check(signOptions)).warnings).toEqual([
    {
      reason: 'MockCAReplaced',
      message:
        'ExternalIssuer shop/mock has another CA than before: what trusted the old one must be given the new one',
    },
  ])
  expect((await again.check(signOptions)).warnings).toEqual([])
})

test('an issuer that was deleted leaves no CA behind', async () => {
  const ca = newMockCA()
  const before = await fingerprint(await openMock({}, ca))

  ca.forget('issuer-1')

  expect(await fingerprint(await openMock({}, ca))).not.toBe(before)
})

test('a CA whose time is nearly over is replaced, and that is told', async () => {
  let time = nowMs
  const signer = await openMock({ config: mockConfig('validity: 48h') }, newMockCA({ now: () => time }))
  const before = await fingerprint(signer)

  time += 46 * hourMs
  expect(await fingerprint(signer)).toBe(before)
  time += hourMs
  const checked = await signer.check(signOptions)

  expect(checked.caFingerprint).not.toBe(before)
  expect(checked.warnings).toMatchObject([{ reason: 'MockCAReplaced' }])
})

test('a mock CA knows nothing that is pending', async () => {
  await expect((await openMock()).poll(requestFor(''), 'id', signOptions)).rejects.toMatchObject({
    reason: 'Refused',
  })
})

test.each([
  ['keyAlgorithm: RSA-1024', 'mockca.yaml.keyAlgorithm'],
  ['validity: 1h', 'mockca.yaml.validity'],
  ['validity: ten years', 'mockca.yaml.validity'],
  ['validity: 9999999h', 'mockca.yaml.validity'],
  ['commonName: ""', 'mockca.yaml.commonName'],
  ['allowCa: true', 'mockca.yaml:'],
  ['[', 'mockca.yaml: is not YAML'],
  ['- a', 'mockca.yaml:'],
])('a configuration %j is refused, and the path is named', async (yaml, words) => {
  await expect(openMock({ config: mockConfig(yaml) })).rejects.toMatchObject({
    reason: 'InvalidConfig',
    message: expect.stringContaining(`ConfigMap key ${words}`),
  })
})

const fixed = { name: 'Fixed CA', key: 'P-384' } as const
const fixedDer = await certificate({ subject: fixed, issuer: fixed, isCA: true })
const fixedPem = pemOf('CERTIFICATE', fixedDer)

test('with authSecretRef the CA of that Secret signs, with what is above it', async () => {
  const root = { name: 'Root', key: 'P-521' } as const
  const middlePem = pemOf('CERTIFICATE', await certificate({ subject: fixed, issuer: root, isCA: true }))
  const rootPem = pemOf('CERTIFICATE', await certificate({ subject: root, issuer: root, isCA: true }))
  const signer = await openMock({ credentials: secret(middlePem + rootPem, keyPem('P-384')) })

  const { certificatePem, caPem } = await signed(signer, requestFor(opensslCsr(), { durationSeconds: 600 }))

  expect(certificatePem.endsWith(middlePem)).toBe(true)
  expect(caPem).toBe(rootPem)
  const args = [
    'verify',
    '-x509_strict',
    '-attime',
    String(nowMs / 1000),
    '-CAfile',
    '@ca',
    '-untrusted',
    '@c',
    '@c',
  ]
  expect(openssl(args, { ca: caPem, c: certificatePem }).toString()).toContain(': OK')
  expect((await signer.check(signOptions)).how).toContain('from the Secret of authSecretRef')
})

test.each(['RSA-2048', 'P-256', 'Ed25519'] as const)(
  'a fixed CA of openssl with a key of kind %s signs',
  async (key) => {
    const pem = openssl(['req', '-x509', '-new', '-key', '@key', '-subj', '/CN=R'], {
      key: keyPem(key),
    }).toString()
    const clock = { now: () => Date.now() }
    const signer = await openMock({ credentials: secret(pem, keyPem(key)) }, newMockCA(clock))

    const result = await signer.submit(requestFor(opensslCsr(), { durationSeconds: 600 }), signOptions)

    const [leaf] = result.kind === 'issued' ? result.certificates : []
    const certificatePem = pemOf('CERTIFICATE', leaf ?? new Uint8Array())
    expect(
      openssl(['verify', '-CAfile', '@ca', '@leaf'], { ca: pem, leaf: certificatePem }).toString(),
    ).toContain(': OK')
  },
)

test.each(['none', '0a0b0c'])('the key identifier of a fixed CA is the one it has: %s', async (keyId) => {
  const made = [
    'req',
    '-x509',
    '-new',
    '-key',
    '@key',
    '-subj',
    '/CN=R',
    '-addext',
    `subjectKeyIdentifier=${keyId}`,
  ]
  const pem = openssl(made, { key: keyPem('P-256') }).toString()
  const clock = { now: () => Date.now() }
  const signer = await openMock({ credentials: secret(pem, keyPem('P-256')) }, newMockCA(clock))

  const result = await signer.submit(requestFor(opensslCsr(), { durationSeconds: 600 }), signOptions)

  const [leaf] = result.kind === 'issued' ? result.certificates : []
  expect(new X509Certificate(leaf ?? '').checkIssued(new X509Certificate(pem))).toBe(true)
})

test('the key of a fixed CA may be in an older form', async () => {
  const key = openssl(['ec', '-in', '@key'], { key: keyPem('P-384') }).toString()

  expect(key).toContain('BEGIN EC PRIVATE KEY')
  expect(await openMock({ credentials: secret(fixedPem, key) })).toHaveProperty('retryWindowMs')
})

const noCA = await certificate({ subject: fixed, issuer: fixed })
const expired = await certificate({
  subject: fixed,
  issuer: fixed,
  isCA: true,
  notBeforeMs: 0,
  notAfterMs: nowMs - 1000,
})
const encrypted = openssl(['pkey', '-in', '@key', '-aes256', '-passout', 'pass:abcd'], {
  key: keyPem('P-384'),
}).toString()

test.each([
  ['no certificate', secret('', keyPem('P-384')), 'tls.crt cannot be used: it holds no PEM block'],
  [
    'the key in both',
    secret(keyPem('P-384'), keyPem('P-384')),
    'tls.crt cannot be used: it holds a private key, and none must travel',
  ],
  ['another key', secret(fixedPem, keyPem('P-256')), 'tls.key is not the key of tls.crt'],
  ['an encrypted key', secret(fixedPem, encrypted), 'tls.key is no private key in PEM, or is encrypted'],
  ['a key that is none', secret(fixedPem, 'hunter2'), 'tls.key is no private key in PEM, or is encrypted'],
  [
    'no CA',
    secret(pemOf('CERTIFICATE', noCA), keyPem('P-384')),
    'tls.crt begins with a certificate that is no CA',
  ],
  [
    'an expired CA',
    secret(pemOf('CERTIFICATE', expired), keyPem('P-384')),
    'tls.crt begins with a CA certificate that is not valid now',
  ],
  ['nothing', new Map(), 'tls.crt is missing; a mock CA from a Secret needs tls.crt and tls.key'],
])('a Secret with %s is refused, and its key named', async (_, credentials, words) => {
  await expect(openMock({ credentials })).rejects.toMatchObject({
    reason: 'InvalidConfig',
    message: `the Secret of authSecretRef: ${words}`,
  })
})

test('a fixed CA that expires while it is in use makes the issuer unready', async () => {
  let time = nowMs
  const signer = await openMock(
    { credentials: secret(fixedPem, keyPem('P-384')) },
    newMockCA({ now: () => time }),
  )

  time += 2 * hourMs

  await expect(signer.check(signOptions)).rejects.toMatchObject({ reason: 'IssuerFault' })
  await expect(signer.submit(requestFor(opensslCsr()), signOptions)).rejects.toMatchObject({
    reason: 'IssuerFault',
  })
})

async function fingerprint(signer: Awaited<ReturnType<typeof openMock>>): Promise<string | undefined> {
  return (await signer.check(signOptions)).caFingerprint
}

function secret(certificatePem: string, key: string): ReadonlyMap<string, Redacted<Uint8Array>> {
  const bytes = (text: string) => new Redacted<Uint8Array>(new Uint8Array(Buffer.from(text)))
  return new Map([
    ['tls.crt', bytes(certificatePem)],
    ['tls.key', bytes(key)],
  ])
}
