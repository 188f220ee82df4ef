import { expect, test, vi } from 'vitest'
import { keyPem, openssl } from '../../../test/x509/openssl.ts'
import { type CertificateEncoding, certificatesOf } from './certificates-of.ts'

// Keys are made and openssl is started: on a busy machine both take their time.
vi.setConfig({ testTimeout: 60_000 })

const pems = ['one.example.com', 'two.example.com'].map(selfSigned)
const [one = '', two = ''] = pems
const [derOne, derTwo] = pems.map((it) => openssl(['x509', '-in', '@c', '-outform', 'DER'], { c: it }))
const bundle = one + two
const pkcs7Pem = openssl(['crl2pkcs7', '-nocrl', '-certfile', '@c'], { c: bundle }).toString()
const pkcs7 = openssl(['crl2pkcs7', '-nocrl', '-certfile', '@c', '-outform', 'DER'], { c: bundle })
const cms = openssl(
  [
    'cms',
    '-sign',
    '-in',
    '@c',
    '-signer',
    '@c',
    '-inkey',
    '@key',
    '-certfile',
    '@two',
    '-outform',
    'DER',
  ].concat(['-stream', '-nodetach', '-binary']),
  { c: one, two, key: keyPem('P-256') },
)

test.each<[CertificateEncoding, string, string | Uint8Array, number]>([
  ['pem', 'one', one, 1],
  ['pem', 'two', bundle, 2],
  ['pem', 'text of openssl before each', `subject=a\n${one}\nissuer=b\n${two}`, 2],
  ['pem', 'CRLF and spaces at the ends', bundle.replaceAll('\n', ' \r\n'), 2],
  ['pem', 'an old label', bundle.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'), 2],
  ['base64-pem', 'two', base64(bundle), 2],
  ['base64-pem', 'lines of 64', openssl(['base64', '-in', '@c'], { c: bundle }), 2],
  ['der', 'one', derOne ?? '', 1],
  ['base64-der', 'one', base64(derOne ?? ''), 1],
  ['pkcs7-pem', 'of openssl', pkcs7Pem, 2],
  ['pkcs7-pem', 'with label CMS', pkcs7Pem.replaceAll('PKCS7', 'CMS'), 2],
  ['base64-pkcs7', 'of openssl', base64(pkcs7), 2],
  ['base64-pkcs7', 'signed, in BER of indefinite length', base64(cms), 2],
])('F52: %s, %s, gives its certificates as DER', (encoding, _, content, count) => {
  const found = certificatesOf(bytesOf(content), encoding, 'the answer').map(base64)

  expect(found.toSorted()).toEqual(
    [derOne, derTwo]
      .slice(0, count)
      .map((it) => base64(it ?? ''))
      .toSorted(),
  )
})

test.each<[CertificateEncoding, string, string | Uint8Array, string]>([
  ['pem', 'nothing', '', 'it holds no PEM block'],
  ['pem', 'an HTML page', '<html>login</html>', 'it holds no PEM block'],
  ['pem', 'an HTML page after it', `${one}<html>`, 'other text stands after its PEM block'],
  ['pem', 'a private key', one + keyPem('P-256'), 'it holds a private key, and none must travel'],
  [
    'pem',
    'a CSR',
    one.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'),
    'it holds a PEM block that is no CERTIFICATE',
  ],
  ['pem', 'no end', one.slice(0, -30), 'a PEM block in it has no end'],
  ['pem', 'an empty block', one.replace(/\n[^-]+\n/s, '\n'), 'it is empty'],
  ['pem', 'headers in a block', one.replace('-----\n', '-----\nProc-Type: 4\n\n'), 'it is not base64'],
  ['pem', '101 certificates', one.repeat(101), 'it holds more than 100 PEM blocks'],
  ['pem', 'over 1 MiB', `${one}${' '.repeat(1024 * 1024)}`, 'it is larger than 1 MiB'],
  ['pem', 'bytes that are no text', Buffer.of(0xff, 0xfe), 'it is not text'],
  ['base64-pem', 'plain PEM', one, 'it is not base64'],
  ['base64-pem', 'base64url', base64(one).replace('L', '_'), 'it is not base64'],
  ['base64-der', 'no padding', 'MAA', 'it is not base64'],
  ['base64-der', 'bits after the last byte', 'MAB=', 'it is not base64'],
  ['der', 'bytes after it', Buffer.concat([derOne ?? Buffer.of(), Buffer.of(0)]), 'bytes follow its end'],
  ['der', 'cut off', derOne?.subarray(0, 300) ?? '', 'it is cut off'],
  ['der', 'nothing', '', 'it is cut off'],
  ['base64-pkcs7', 'a certificate', base64(derOne ?? ''), 'an element in it is missing or of another kind'],
  ['base64-pkcs7', 'PKCS#7 data', 'MAsGCSqGSIb3DQEHAQ==', 'it is no PKCS#7 SignedData'],
  ['base64-pkcs7', 'bytes after it', base64(Buffer.concat([pkcs7, Buffer.of(0)])), 'bytes follow its end'],
  [
    'base64-pkcs7',
    'no certificates',
    base64(openssl(['crl2pkcs7', '-nocrl', '-outform', 'DER'])),
    'it holds no certificate',
  ],
  ['pkcs7-pem', 'a certificate', one, 'it holds a PEM block that is no PKCS7'],
])('F52, S24: %s with %s is refused in words that show none of it', (encoding, _, content, words) => {
  const act = () => certificatesOf(bytesOf(content), encoding, 'the answer')

  expect(act).toThrow(
    expect.objectContaining({ reason: 'Refused', message: `the answer cannot be used: ${words}` }),
  )
})

test('S24: what nests deep is refused in bounded time', () => {
  const deep = Buffer.concat([Buffer.alloc(500_000, Buffer.of(0x30, 0x80)), Buffer.alloc(10)])

  expect(() => certificatesOf(bytesOf(base64(deep)), 'base64-pkcs7', 'the answer')).toThrow(
    'it nests too deep',
  )
})

function selfSigned(name: string): string {
  const args = ['req', '-x509', '-new', '-key', '@key', '-subj', `/CN=${name}`, '-days', '30']
  return openssl(args, { key: keyPem('P-256') }).toString()
}

function base64(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64')
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.from(content))
}
