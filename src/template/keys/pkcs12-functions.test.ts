import { createHmac, pbkdf2Sync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Openssl } from '../../../test/fakes/template/openssl.ts'
import { keyFailure, renderedKeys } from '../../../test/fakes/template/rendered-keys.ts'
import { DerReader, tags } from './der-reader.ts'
import { integer, nothing, octets, oid, sequence } from './der-writer.ts'

const openssl = new Openssl()
afterAll(() => openssl[Symbol.dispose]())

const keys: readonly [name: string, ...algorithm: [string, ...string[]]][] = [
  ['rsa', 'RSA', 'rsa_keygen_bits:2048'],
  ['p256', 'EC', 'ec_paramgen_curve:P-256'],
  ['p384', 'EC', 'ec_paramgen_curve:P-384'],
  ['p521', 'EC', 'ec_paramgen_curve:P-521'],
  ['ed25519', 'ED25519'],
]
const authority = ['basicConstraints=critical,CA:TRUE']

beforeAll(() => {
  for (const name of ['root', 'middle', 'stranger']) openssl.key(name, 'EC', 'ec_paramgen_curve:P-256')
  openssl.certificate('root')
  openssl.certificate('stranger')
  openssl.certificate('middle', 'root', authority)
  for (const [name, algorithm, ...options] of keys) {
    openssl.key(name, algorithm, ...options)
    openssl.certificate(name, 'middle', ['basicConstraints=CA:FALSE'])
  }
  openssl.write('chain.pem', openssl.text('root.crt') + openssl.text('middle.crt'))
})

function exported(key: string, password: string, ...options: readonly string[]): Buffer {
  const files = ['-inkey', `${key}.key`, '-in', `${key}.crt`, '-certfile', 'chain.pem', '-name', 'Café "1"']
  openssl.run('pkcs12', '-export', ...files, '-passout', `pass:${password}`, ...options, '-out', 'made.p12')
  return openssl.read('made.p12')
}

const inOrder = (name: string) => [name, 'middle', 'root'].map((it) => openssl.text(`${it}.crt`)).join('')

const encryptions: readonly [string, ...string[]][] = [
  ['as OpenSSL does now'],
  ['with RC2 of 40 bits and triple DES', '-legacy'],
  ['with RC2 of 128 bits', '-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-RC2-128'],
  ['with AES of 128 and 192 bits', '-certpbe', 'AES-128-CBC', '-keypbe', 'AES-192-CBC', '-macalg', 'sha512'],
  ['with triple DES under PBES2', '-certpbe', 'DES-EDE3-CBC', '-keypbe', 'DES-EDE3-CBC', '-macalg', 'sha384'],
  ['not at all', '-certpbe', 'NONE', '-keypbe', 'NONE'],
  ['with one iteration', '-noiter', '-nomaciter'],
]

describe.each(encryptions)('a PKCS#12 file encrypted %s', (_, ...options) => {
  test.each(keys)('gives its %s key and its chain from the leaf to the root', (name) => {
    const data = { file: exported(name, 'pässwörd', ...options), pass: 'pässwörd' }

    expect(renderedKeys('{{ pkcs12keyPass .pass .file }}', data)).toBe(openssl.text(`${name}.key`))
    expect(renderedKeys('{{ pkcs12certPass .pass .file }}', data)).toBe(inOrder(name))
  })

  test('opens without a password where it has none', () => {
    const file = exported('p256', '', ...options)

    expect(renderedKeys('{{ pkcs12key .file }}', { file })).toBe(openssl.text('p256.key'))
    expect(renderedKeys('{{ pkcs12cert .file }}', { file })).toBe(inOrder('p256'))
  })

  test('does not open with another password', () => {
    const file = exported('p256', 'right', ...options)

    expect(keyFailure('{{ pkcs12keyPass "wrong" .file }}', { file })).toContain(
      'the password of the PKCS#12 file is wrong',
    )
  })
})

test('a file without a MAC opens with no password only', () => {
  const data = { open: exported('p256', '', '-nomac'), closed: exported('p256', 'x', '-nomac') }

  expect(renderedKeys('{{ pkcs12key .open }}', data)).toBe(openssl.text('p256.key'))
  expect(keyFailure('{{ pkcs12keyPass "x" .closed }}', data)).toContain('has no MAC to prove a password')
  expect(keyFailure('{{ pkcs12key .closed }}', data)).toContain('cannot be decrypted')
})

test('a MAC of RFC 9579 is understood', () => {
  const fields = new DerReader(exported('p256', 'pässwörd'), 'the test').inside()
  const [version, safe] = [fields.any().whole, fields.element(tags.sequence)]
  const inner = new DerReader(safe.content, 'the test')
  inner.oid()
  const content = inner.inside(0xa0).octets()
  const salt = Buffer.from('salt')
  const hmac = sequence(oid('1.2.840.113549.2.11'), nothing)
  const kdf = sequence(oid('1.2.840.113549.1.5.12'), sequence(octets(salt), integer(1000), integer(32), hmac))
  const digest = createHmac('sha512', pbkdf2Sync('pässwörd', salt, 1000, 32, 'sha512'))
    .update(content)
    .digest()
  const info = sequence(sequence(oid('1.2.840.113549.1.5.14'), sequence(kdf, hmac)), octets(digest))
  const file = sequence(version, safe.whole, sequence(info, octets(salt), integer(1)))

  expect(renderedKeys('{{ pkcs12keyPass "pässwörd" .file }}', { file })).toBe(openssl.text('p256.key'))
  expect(keyFailure('{{ pkcs12keyPass "x" .file }}', { file })).toContain('is wrong')
})

test('certificates that make no chain stay as they stand', () => {
  openssl.write('mixed.pem', openssl.text('stranger.crt') + openssl.text('middle.crt'))
  const files = ['-inkey', 'rsa.key', '-in', 'rsa.crt', '-certfile', 'mixed.pem']
  openssl.run('pkcs12', '-export', ...files, '-passout', 'pass:', '-out', 'mixed.p12')

  expect(renderedKeys('{{ pkcs12cert .file }}', { file: openssl.read('mixed.p12') })).toBe(
    ['rsa', 'stranger', 'middle'].map((it) => openssl.text(`${it}.crt`)).join(''),
  )
})

test.each([
  ['a private key', ['-nokeys', '-in', 'chain.pem'], 'holds no private key'],
  ['a certificate', ['-nocerts', '-inkey', 'rsa.key'], 'holds no certificate'],
])('a file without %s is refused', (_, options, words) => {
  openssl.run('pkcs12', '-export', ...options, '-passout', 'pass:', '-out', 'half.p12')

  expect(keyFailure('{{ pkcs12cert .file }}', { file: openssl.read('half.p12') })).toContain(words)
})

test('a file that asks for too many iterations is refused at once', () => {
  const algorithm = sequence(oid('2.16.840.1.101.3.4.2.1'))
  const mac = sequence(
    sequence(algorithm, octets(Buffer.alloc(32))),
    octets(Buffer.alloc(8)),
    integer(2 ** 31),
  )
  const content = Buffer.concat([Buffer.from('a00204', 'hex'), Buffer.of(0)])
  const file = sequence(integer(3), sequence(oid('1.2.840.113549.1.7.1'), content), mac)
  const begin = performance.now()

  expect(keyFailure('{{ pkcs12key .file }}', { file })).toContain('more than 1000000 iterations')
  expect(performance.now() - begin).toBeLessThan(3 * 200)
})

test.each([
  ['nothing', Buffer.alloc(0), 'not well-formed'],
  ['random bytes', Buffer.from('no file at all'), 'not well-formed'],
  ['too much', Buffer.alloc(4 * 1024 * 1024 + 1), 'more than 4194304 bytes'],
])('%s is no PKCS#12 file', (_, file, words) => {
  expect(keyFailure('{{ pkcs12key .file }}', { file })).toContain(words)
})

describe('a PKCS#12 file that is made', () => {
  const shown = (base64: string, pass: string, ...options: readonly string[]) => {
    openssl.write('ours.p12', Buffer.from(base64, 'base64'))
    return openssl.run('pkcs12', '-in', 'ours.p12', '-passin', `pass:${pass}`, '-nodes', ...options)
  }

  test.each(keys)('holds a %s key that OpenSSL reads', (name) => {
    const data = { cert: openssl.text(`${name}.crt`), key: openssl.text(`${name}.key`), pass: 'pässwörd' }
    const file = renderedKeys('{{ pemToPkcs12Pass .cert .key .pass }}', data)

    expect(shown(file, data.pass, '-nocerts')).toContain(data.key)
    expect(shown(file, data.pass, '-nokeys')).toContain(data.cert)
    expect(renderedKeys('{{ b64dec .file | pkcs12keyPass .pass }}', { ...data, file })).toBe(data.key)
  })

  test('holds all certificates, with white space behind the last too', () => {
    const data = { certs: `${inOrder('rsa')}\n \n`, key: openssl.text('rsa.key') }
    const file = renderedKeys('{{ fullPemToPkcs12 .certs .key }}', data)

    expect(shown(file, '', '-nokeys').match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(3)
    expect(renderedKeys('{{ b64dec .file | pkcs12cert }}', { file })).toBe(inOrder('rsa'))
  })

  test('uses the encryption that ESO uses', () => {
    const data = { cert: openssl.text('rsa.crt'), key: openssl.text('rsa.key') }
    openssl.write('ours.p12', Buffer.from(renderedKeys('{{ pemToPkcs12 .cert .key }}', data), 'base64'))
    const parts = openssl.run('asn1parse', '-inform', 'DER', '-in', 'ours.p12')

    expect(parts.match(/:sha256/g)).toHaveLength(1)
    expect(parts.match(/:0800/g)).toHaveLength(1)
  })

  test('holds trusted certificates by the names of their subjects', () => {
    const certs = openssl.text('root.crt') + openssl.text('stranger.crt')
    const listed = shown(
      renderedKeys('{{ pemTruststoreToPKCS12Pass .certs "changeit" }}', { certs }),
      'changeit',
    )

    expect(listed).toContain('friendlyName: CN=root')
    expect(listed).toContain('friendlyName: CN=stranger')
    expect(listed.match(/2\.16\.840\.1\.113894\.746875\.1\.1/g)).toHaveLength(2)
  })

  test('is made of PEM only', () => {
    const data = { cert: openssl.text('rsa.crt'), key: openssl.text('rsa.key') }

    expect(keyFailure('{{ pemToPkcs12 "x" .key }}', data)).toContain('the certificate is not PEM')
    expect(keyFailure('{{ pemToPkcs12 .cert "x" }}', data)).toContain('the private key is not PEM')
    expect(keyFailure('{{ fullPemToPkcs12 (print .cert "x") .key }}', data)).toContain(
      'follows the last certificate',
    )
  })
})
