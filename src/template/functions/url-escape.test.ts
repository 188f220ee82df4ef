import { expect, test } from 'vitest'
import { escapeUrl, unescapeUrl } from './url-escape.ts'

const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))

// The bytes that net/url leaves as they are.
test.each([
  ['path', '$&+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~'],
  ['host', `!"$&'()*+,-.0123456789:;<=>ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~`],
  ['userinfo', '$&+,-.0123456789;=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~'],
  ['fragment', '!$&()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~'],
] as const)('a %s has its own plain characters', (part, plain) => {
  expect(escapeUrl(bytes, part).replaceAll(/%[0-9A-F]{2}/g, '')).toBe(plain)
})

test('what is escaped is read again', () => {
  for (const part of ['path', 'userinfo', 'fragment'] as const)
    expect(unescapeUrl(escapeUrl(bytes, part), part)).toBe(bytes)
})

test.each([
  ['%', 'path'],
  ['%4', 'path'],
  ['%zz', 'fragment'],
  ['%41', 'host'],
  ['a b', 'host'],
  ['%2f', 'zone'],
] as const)('%s cannot stand in a %s', (text, part) => {
  expect(() => unescapeUrl(text, part)).toThrow(/^finds /)
})

test.each([
  ['%25', 'host', '%'],
  ['%c3%A9', 'host', '\xc3\xa9'],
  ['%20%41', 'zone', ' A'],
  ['a+b', 'path', 'a+b'],
] as const)('%s in a %s is read', (text, part, result) => {
  expect(unescapeUrl(text, part)).toBe(result)
})
