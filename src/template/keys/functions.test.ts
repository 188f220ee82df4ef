import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { compareSync } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { keyFailure, renderedKeys } from '../../../test/fakes/template/rendered-keys.ts'
import { keyFunctions } from './functions.ts'

describe('rsaDecrypt', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const plain = Buffer.from('00ff80c3', 'hex')
  const encrypted = (oaepHash: string) =>
    publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, plain)

  test.each([
    ['SHA1', 'sha1', 'pkcs1'],
    ['SHA256', 'sha256', 'pkcs8'],
    ['SHA512', 'sha512', 'pkcs8'],
    ['None', 'sha256', 'pkcs1'],
    ['sha1', 'sha256', 'pkcs8'],
  ] as const)('takes the hash %s for %s, with a key in %s', (hash, oaepHash, type) => {
    const data = {
      hash,
      text: encrypted(oaepHash),
      key: privateKey.export({ type, format: 'pem' }).toString(),
    }

    expect(renderedKeys('{{ rsaDecrypt "RSA-OAEP" .hash .text .key | b64enc }}', data)).toBe(
      plain.toString('base64'),
    )
  })

  test('gives the text itself by the scheme None', () => {
    expect(renderedKeys('{{ rsaDecrypt "None" "" "a" "no key" }}')).toBe('a')
  })

  test('refuses another scheme, another hash and another kind of key', () => {
    const data = {
      text: encrypted('sha1'),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
    const ed = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

    expect(keyFailure('{{ rsaDecrypt "PKCS1" "SHA1" .text .key }}', data)).toContain('None and RSA-OAEP only')
    expect(keyFailure('{{ rsaDecrypt "RSA-OAEP" "SHA256" .text .key }}', data)).toContain(
      'cannot be decrypted',
    )
    expect(keyFailure('{{ rsaDecrypt "RSA-OAEP" "SHA1" .text .ed }}', { ...data, ed })).toContain(
      'is not RSA',
    )
  })
})

describe('encryptAES', () => {
  test.each(['x', 'sixteen bytes ok', 'a text that is longer than a block: äöü'])(
    'is undone by decryptAES: %s',
    (text) => {
      const data = { text, password: 'a password that is longer than thirty-two bytes' }

      expect(renderedKeys('{{ encryptAES .password .text | decryptAES .password }}', data)).toBe(text)
      expect(renderedKeys('{{ encryptAES .password .text }}', data)).not.toBe(
        renderedKeys('{{ encryptAES .password .text }}', data),
      )
    },
  )

  test('reads what sprig has encrypted', () => {
    const text = '30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ='

    expect(renderedKeys('{{ decryptAES "secretkey" .text }}', { text })).toBe('plaintext')
  })

  test('gives nothing for nothing', () => {
    expect(renderedKeys('[{{ encryptAES "x" "" }}{{ decryptAES "x" "" }}]')).toBe('[]')
  })

  test.each([
    ['!', 'is not base64 at byte 0'],
    ['AAAA', 'not an IV and whole blocks'],
    [Buffer.alloc(16).toString('base64'), 'not an IV and whole blocks'],
    [Buffer.alloc(33).toString('base64'), 'not an IV and whole blocks'],
    [Buffer.alloc(32).toString('base64'), 'the password is wrong'],
  ])('decryptAES refuses %s', (text, words) => {
    expect(keyFailure('{{ decryptAES "some-secret" .text }}', { text })).toContain(words)
  })
})

describe('bcrypt', () => {
  test('makes a hash that fits the password, with a salt of its own', () => {
    const hashes = [1, 2].map(() => renderedKeys('{{ bcrypt "pässwörd" }}'))

    expect(hashes.every((it) => compareSync('pässwörd', it))).toBe(true)
    expect(hashes.every((it) => it.startsWith('$2a$10$'))).toBe(true)
    expect(new Set(hashes).size).toBe(2)
  })

  test('htpasswd puts the user before it', () => {
    const [user, hash = ''] = renderedKeys('{{ htpasswd "myUser" "myPassword" }}').split(':')

    expect(user).toBe('myUser')
    expect(compareSync('myPassword', hash)).toBe(true)
  })

  test('refuses what ESO writes an error for into the Secret', () => {
    const data = { long: 'x'.repeat(73), raw: Buffer.of(0xff) }

    expect(keyFailure('{{ bcrypt .long }}', data)).toContain('more than 72 bytes')
    expect(keyFailure('{{ bcrypt .raw }}', data)).toContain('not UTF-8')
    expect(keyFailure('{{ htpasswd "a:b" "c" }}')).toContain('the user name has a colon')
    expect(renderedKeys('{{ htpasswd "a:b" "c" }}', {}, 'eso')).toBe('invalid username: a:b')
    expect(renderedKeys('{{ bcrypt .long }}', data, 'eso')).toBe(
      'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes',
    )
  })
})

describe('derivePassword', () => {
  test.each([
    ['long', 'ZedaFaxcZaso9*'],
    ['maximum', 'pf4zS1LjCg&LjhsZ7T2~'],
    ['medium', 'ZedJuz8$'],
    ['basic', 'pIS54PLs'],
    ['short', 'Zed5'],
    ['pin', '6685'],
  ])('gives the documented %s password', (kind, password) => {
    const template = '{{ derivePassword 1 .kind "password" "user" "example.com" }}'

    expect(renderedKeys(template, { kind })).toBe(password)
  })

  test('refuses a kind that it does not know', () => {
    expect(keyFailure('{{ derivePassword 1 "x" "" "" "" }}')).toContain(
      'maximum, long, medium, short, basic, pin',
    )
    expect(renderedKeys('{{ derivePassword 1 "x" "" "" "" }}', {}, 'eso')).toBe(
      'cannot find password template x',
    )
  })
})

test('getSecretKey is refused by name', () => {
  expect(keyFailure('{{ getSecretKey "a" "b" "c" }}')).toContain('which no template may')
})

test('what takes long is marked as slow', () => {
  const slow = Object.keys(keyFunctions).filter((it) => keyFunctions[it]?.slow === true)

  expect(slow.toSorted()).toEqual(
    Object.keys(keyFunctions)
      .filter((it) => /12|^gen|bcrypt|htpasswd|derive/i.test(it))
      .toSorted(),
  )
})
