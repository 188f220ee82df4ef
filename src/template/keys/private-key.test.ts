import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Openssl } from '../../../test/fakes/template/openssl.ts'
import { keyFailure, renderedKeys } from '../../../test/fakes/template/rendered-keys.ts'
import { encodePem } from './pem.ts'
import { readAnyPrivateKey, readLabelledPrivateKey } from './private-key-reader.ts'
import { pkcs8Of, traditionalPem } from './private-key-writer.ts'

const openssl = new Openssl()
afterAll(() => openssl[Symbol.dispose]())

const kinds: readonly [name: string, ...algorithm: [string, ...string[]]][] = [
  ['rsa', 'RSA', 'rsa_keygen_bits:2048'],
  ['p224', 'EC', 'ec_paramgen_curve:P-224'],
  ['p256', 'EC', 'ec_paramgen_curve:P-256'],
  ['p384', 'EC', 'ec_paramgen_curve:P-384'],
  ['p521', 'EC', 'ec_paramgen_curve:P-521'],
  ['ed25519', 'ED25519'],
  ['x25519', 'X25519'],
]

describe.each(kinds)('a private key of the kind %s', (name, algorithm, ...options) => {
  beforeAll(() => {
    openssl.key(name, algorithm, ...options)
    if (name.endsWith('25519')) openssl.write(`${name}-old.key`, openssl.text(`${name}.key`))
    else openssl.run('pkey', '-in', `${name}.key`, '-traditional', '-out', `${name}-old.key`)
  })

  test.each(['', '-old'])('is written in the form that OpenSSL writes (%s)', (form) => {
    const key = readAnyPrivateKey(openssl.text(`${name}${form}.key`))

    expect(encodePem('PRIVATE KEY', pkcs8Of(key))).toBe(openssl.text(`${name}.key`))
  })

  test('is written in its traditional form', () => {
    expect(traditionalPem(readLabelledPrivateKey(openssl.text(`${name}.key`)))).toBe(
      openssl.text(`${name}-old.key`),
    )
  })
})

describe('an EC key', () => {
  beforeAll(() => openssl.key('ec', 'EC', 'ec_paramgen_curve:P-256'))

  test.each([
    ['without its public key', '-no_public'],
    ['with a compressed point', '-conv_form compressed'],
  ])('%s gets the usual form', (_, options) => {
    openssl.run('ec', '-in', 'ec.key', ...options.split(' '), '-out', 'other.key')

    expect(encodePem('PRIVATE KEY', pkcs8Of(readAnyPrivateKey(openssl.text('other.key'))))).toBe(
      openssl.text('ec.key'),
    )
  })

  test('whose curve is given in numbers is refused', () => {
    openssl.run('ec', '-in', 'ec.key', '-param_enc', 'explicit', '-out', 'numbers.key')

    expect(() => readAnyPrivateKey(openssl.text('numbers.key'))).toThrow('none of the curves')
  })

  test('of a curve that Go does not know is refused', () => {
    openssl.key('koblitz', 'EC', 'ec_paramgen_curve:secp256k1')

    expect(() => readAnyPrivateKey(openssl.text('koblitz.key'))).toThrow('none of the curves')
  })

  test.each(['00'.repeat(32), 'ff'.repeat(32)])('of the number %s is refused', (scalar) => {
    const sec1 = Buffer.from(`30310201010420${scalar}a00a06082a8648ce3d030107`, 'hex')

    expect(() => readAnyPrivateKey(encodePem('EC PRIVATE KEY', sec1))).toThrow(
      'no number of its elliptic curve',
    )
  })
})

test('an RSA key whose numbers do not fit is refused', () => {
  openssl.key('broken', 'RSA', 'rsa_keygen_bits:1024')
  openssl.run('pkey', '-in', 'broken.key', '-traditional', '-outform', 'DER', '-out', 'broken.der')
  const bytes = openssl.read('broken.der')
  bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 2, bytes.length - 1)

  expect(() => readAnyPrivateKey(encodePem('RSA PRIVATE KEY', bytes))).toThrow('do not fit together')
})

test('an encrypted key is called so', () => {
  openssl.key('open', 'ED25519')
  openssl.run('pkcs8', '-topk8', '-in', 'open.key', '-passout', 'pass:x', '-out', 'closed.key')

  expect(() => readAnyPrivateKey(openssl.text('closed.key'))).toThrow('the private key is encrypted')
})

test.each(['rsa', 'dsa', 'ecdsa', 'ed25519'])(
  'genPrivateKey makes a %s key that OpenSSL reads',
  (kind) => {
    const labels = { rsa: 'RSA ', dsa: 'DSA ', ecdsa: 'EC ', ed25519: '' }
    const pem = renderedKeys('{{ genPrivateKey .kind }}', { kind })
    openssl.write('made.key', pem)

    expect(pem.split('\n')[0]).toBe(`-----BEGIN ${labels[kind as keyof typeof labels]}PRIVATE KEY-----`)
    expect(openssl.run('pkey', '-in', 'made.key', '-noout', '-check')).toContain('Key is valid')
  },
  60_000,
)

test('genPrivateKey refuses a kind that it does not know, and says so in ESO', () => {
  expect(keyFailure('{{ genPrivateKey "quantum" }}')).toContain(
    'knows the kinds of key rsa, dsa, ecdsa, ed25519',
  )
  expect(renderedKeys('{{ genPrivateKey "quantum" }}', {}, 'eso')).toBe('Unknown type quantum')
})
