import { expect, test, vi } from 'vitest'
import { type CsrOptions, keyPem, openssl, opensslCsr } from '../../../test/x509/openssl.ts'
import { loadX509 } from './load.ts'
import { pemOf } from './pem.ts'

// Keys are made and openssl is started: on a busy machine both take their time.
vi.setConfig({ testTimeout: 60_000 })

const { parseCsr } = await loadX509()

test.each([
  ['RSA-2048', [], { type: 'rsa', bits: 2048 }],
  ['RSA-3072', ['-sha384'], { type: 'rsa', bits: 3072 }],
  ['RSA-4096', ['-sha512'], { type: 'rsa', bits: 4096 }],
  ['RSA-2048', ['-sigopt', 'rsa_padding_mode:pss'], { type: 'rsa', bits: 2048 }],
  [
    'RSA-2048',
    ['-sha512', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:20'],
    { type: 'rsa' },
  ],
  ['RSA-PSS', [], { type: 'rsa', bits: 2048 }],
  ['P-256', [], { type: 'ecdsa', bits: 256, curve: 'P-256' }],
  ['P-256', ['-sha512'], { type: 'ecdsa', curve: 'P-256' }],
  ['P-384', ['-sha384'], { type: 'ecdsa', bits: 384, curve: 'P-384' }],
  ['P-521', ['-sha512'], { type: 'ecdsa', bits: 521, curve: 'P-521' }],
  ['P-521', ['-sha256'], { type: 'ecdsa', curve: 'P-521' }],
  ['Ed25519', [], { type: 'ed25519', bits: 256 }],
] as const)('R30: a CSR of openssl with a key of kind %s %j is read', async (key, args, facts) => {
  const csr = await parseCsr(opensslCsr({ key, args }))

  expect(csr.key).toMatchObject(facts)
  expect(csr.asks.names.dns).toEqual(['shop.example.com'])
})

test.each<[string, CsrOptions, string]>([
  ['an RSA key of 1024 bits', { key: 'RSA-1024' }, 'its RSA key has 1024 bits; 2048 to 8192 are allowed'],
  ['an RSA key with exponent 3', { key: 'RSA-2048-e3' }, 'its RSA key has an unsafe public exponent'],
  ['a key on P-224', { key: 'P-224' }, 'its ECDSA key is on none of the curves'],
  ['a key on secp256k1', { key: 'secp256k1' }, 'its ECDSA key is on none of the curves'],
  // No certificate may have it, and cert-manager could not read one.
  ['a curve in numbers', { key: 'P-256-explicit' }, 'its ECDSA key is on none of the curves'],
  ['an Ed448 key', { key: 'Ed448' }, 'its key is none of RSA, ECDSA and Ed25519'],
  ['a signature with SHA-1', { key: 'RSA-2048', args: ['-sha1'] }, 'it is signed with SHA-1'],
  ['an ECDSA signature with SHA-1', { args: ['-sha1'] }, 'it is signed with SHA-1'],
])('S25: %s is refused', async (_, options, words) => {
  await expect(parseCsr(opensslCsr(options))).rejects.toMatchObject({
    reason: 'Refused',
    message: expect.stringContaining(words),
  })
})

test('S25: a CSR whose signature is not by its own key is refused', async () => {
  const other = derOf(opensslCsr({ key: 'Ed25519' }))
  const der = derOf(opensslCsr({ key: 'Ed25519', extensions: ['subjectAltName=DNS:shop.example.org'] }))
  der.set(other.subarray(-64), der.length - 64)

  await expect(parseCsr(pemOf('CERTIFICATE REQUEST', der))).rejects.toMatchObject({
    reason: 'Refused',
    message: 'the CSR cannot be used: its signature is not by its own key',
  })
})

const good = opensslCsr()
const other = opensslCsr({ extensions: ['subjectAltName=DNS:other.example.com'] })
const notFirst = 'its first PEM block is no CERTIFICATE REQUEST'
const endsAs = 'its first PEM block ends as another'
const notAtLine = 'its first PEM marker does not begin a line'

test.each([
  ['nothing', '', 'it holds no PEM block'],
  ['no CERTIFICATE REQUEST', good.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'), notFirst],
  ['a key before the block', `${keyPem('P-256')}${good}`, notFirst],
  ['no end', good.split('-----END')[0] ?? '', 'its first PEM block has no end'],
  ['nothing in its block', good.replace(/(BEGIN.*\n)[^]*(-----END)/, '$1$2'), 'it is empty'],
  ['more than 64 KiB', `${good}${'\n'.repeat(65_536)}`, 'it is larger than 64 KiB'],
  ['what is not base64', good.replace('MI', 'M!'), 'it is not base64'],
  ['cut-off DER', pemOf('CERTIFICATE REQUEST', derOf(good).subarray(0, -1)), 'it is cut off'],
  [
    'bytes after the DER',
    pemOf('CERTIFICATE REQUEST', Buffer.concat([derOf(good), Buffer.of(0)])),
    'bytes follow its end',
  ],
  [
    'DER of another thing',
    pemOf('CERTIFICATE REQUEST', Buffer.of(0x30, 0x00)),
    'an element in it is missing or of another kind',
  ],
])('S24: a CSR with %s is refused, and the message shows none of it', async (_, pem, words) => {
  await expect(parseCsr(pem)).rejects.toMatchObject({
    reason: 'Refused',
    message: `the CSR cannot be used: ${words}`,
  })
})

test.each([
  ['what openssl prints before it', openssl(['req', '-in', '@csr', '-text'], { csr: good }).toString()],
  ['lines that end as on Windows', good.replaceAll('\n', '\r\n')],
  ['blank lines around it', `\n \n\r\n${good}\n\n`],
  ['blanks at the ends of its lines', good.replaceAll('\n', ' \t\r\n')],
  ['its base64 in one line', good.replaceAll(/(?<!-)\n(?!-)/g, '')],
  ['no newline at its end', good.trimEnd()],
  ['the old label', good.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST')],
  ['text after it', `${good}hello -----BEGIN CERTIFICATE-----\n`],
  ['a rule above it', `----------\nfor the shop\n----------\n${good}`],
  ['another CSR after it', good + other],
  ['a key after it', good + keyPem('P-256')],
])('a CSR with %s is read as cert-manager reads it: its first block', async (_, pem) => {
  expect(Buffer.from((await parseCsr(pem)).der)).toEqual(derOf(good))
})

// Go passes over a block that it cannot read: whoever approved a request by it may have seen another CSR than we would.
test.each([
  ['an indented block before it', `  ${other}${good}`, notAtLine],
  ['a byte order mark', `\uFEFF${other}${good}`, notAtLine],
  ['a marker within a line before it', `see -----BEGIN CERTIFICATE REQUEST-----\n${good}`, notAtLine],
  ['an end before it', `\n-----END ${other}${good}`, notFirst],
  ['an empty end before it', `-----END CERTIFICATE REQUEST-----\n${good}`, notFirst],
  ['two beginnings', `-----BEGIN CERTIFICATE REQUEST-----\n${good}`, 'it is not base64'],
  ['a first block that ends as another', other.replace('END C', 'END NEW C') + good, endsAs],
  ['text in the line of its end', other.replace(/-\n$/, '- x\n') + good, endsAs],
  ['a carriage return and a blank in its first line', other.replace('-\n', '-\r \n') + good, notFirst],
  ['headers in it', good.replace('-\n', '-\nProc-Type: 4,ENCRYPTED\n\n'), 'it is not base64'],
])('a CSR with %s is refused: others could read another one', async (_, pem, words) => {
  await expect(parseCsr(pem)).rejects.toMatchObject({
    reason: 'Refused',
    message: `the CSR cannot be used: ${words}`,
  })
})

test('a subject is read in its order, several values of one kind too, and kept byte for byte', async () => {
  const subject = [
    'C=DE',
    '0.CN=b',
    'O=Corp',
    '1.OU=x',
    '2.OU=y',
    'serialNumber=7',
    'UID=u',
    'emailAddress=a@b.c',
  ]

  const csr = await parseCsr(opensslCsr({ subject }))

  expect([...csr.subject.values]).toEqual([
    ['C', ['DE']],
    ['CN', ['b']],
    ['O', ['Corp']],
    ['OU', ['x', 'y']],
    ['SERIALNUMBER', ['7']],
    ['UID', ['u']],
    ['E', ['a@b.c']],
  ])
  expect(Buffer.from(csr.der).includes(Buffer.from(csr.subject.der))).toBe(true)
})

test('R29: alternative names of every kind, usages and the CA flag are read', async () => {
  const san = 'DNS:a.example.com,DNS:*.b,IP:10.0.0.1,IP:2001:db8::1,URI:spiffe://td/Ns,email:a@b.c'
  const extensions = [
    `subjectAltName=${san},otherName:1.3.6.1.4.1.311.20.2.3;UTF8:user,RID:1.2.3,dirName:dirname`,
    'keyUsage=critical,digitalSignature,keyCertSign,decipherOnly',
    'extendedKeyUsage=serverAuth,1.2.3.4',
    'basicConstraints=critical,CA:true,pathlen:0',
  ]

  const { asks, subject } = await parseCsr(opensslCsr({ extensions }))

  expect(subject.isEmpty).toBe(true)
  expect(asks.names).toMatchObject({
    dns: ['a.example.com', '*.b'],
    ip: ['10.0.0.1', '2001:db8::1'],
    uri: ['spiffe://td/Ns'],
    email: ['a@b.c'],
  })
  expect(asks.names.other.map((it) => it[0])).toEqual([0xa0, 0x88, 0xa4])
  expect(asks.keyUsage).toBe(0x01 | 0x20 | 0x100)
  expect(asks.extendedKeyUsages).toEqual(['1.3.6.1.5.5.7.3.1', '1.2.3.4'])
  expect(asks.basicConstraints).toEqual({ ca: true, pathLength: 0 })
})

test('S25: a CSR in which an extension stands twice is refused', async () => {
  const der = derOf(opensslCsr({ extensions: ['1.2.3=DER:0500', '1.2.4=DER:0500'] }))
  const twice = Buffer.from(der.toString('hex').replace('06022a04', '06022a03'), 'hex')

  await expect(parseCsr(pemOf('CERTIFICATE REQUEST', twice))).rejects.toMatchObject({
    reason: 'Refused',
    message: 'the CSR cannot be used: an extension stands in it twice',
  })
})

test('a CSR without extensions asks for none', async () => {
  const { asks } = await parseCsr(opensslCsr({ subject: ['CN=a'], extensions: [] }))

  expect(asks).toEqual({
    names: { dns: [], ip: [], uri: [], email: [], other: [] },
    namesDer: undefined,
    keyUsage: undefined,
    extendedKeyUsages: undefined,
    keyId: undefined,
    basicConstraints: undefined,
  })
})

test.each([
  ['a NUL', 'DER:30:0e:82:0c:61:2e:65:78:61:6d:70:6c:65:00:62:63', 'is no printable ASCII'],
  ['nothing in it', 'DER:30:02:82:00', 'is no printable ASCII'],
  ['an IP address of 5 bytes', 'DER:30:07:87:05:0a:00:00:01:02', 'neither 4 nor 16 bytes'],
])('S25: an alternative name with %s is refused', async (_, der, words) => {
  await expect(parseCsr(opensslCsr({ extensions: [`subjectAltName=${der}`] }))).rejects.toMatchObject({
    reason: 'Refused',
    message: expect.stringContaining(words),
  })
})

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ''), 'base64')
}
