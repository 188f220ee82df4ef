import { expect, test } from 'vitest'
import { hostnameOf, parseHost } from './url-host.ts'

test.each([
  ['h', 'h', 'h'],
  ['h:80', 'h:80', 'h'],
  ['h:', 'h:', 'h'],
  ['a:b:1', 'a:b:1', 'a:b'],
  ['[::1]:80', '[::1]:80', '::1'],
  ['[::ffff:1.2.3.4]', '[::ffff:1.2.3.4]', '::ffff:1.2.3.4'],
  ['[fe80::1%25en%300]:1', '[fe80::1%en00]:1', 'fe80::1%en00'],
  ['', '', ''],
])('%s is the host %s of name %s', (text, host, name) => {
  expect([parseHost(text, 'x'), hostnameOf(parseHost(text, 'x'))]).toEqual([host, name])
})

test.each(['h:x', 'a[::1]', '[::1', '[::1]x', '[1.2.3.4]', '[g::1]', '[fe80::1%25]', '[]', 'a b'])(
  '%s is no host',
  (text) => {
    expect(() => parseHost(text, 'x')).toThrow(/^finds /)
  },
)

test('a database may list several hosts with their ports, HTTP may not', () => {
  expect(parseHost('a:1,b:2', 'postgres')).toBe('a:1,b:2')
  expect(() => parseHost('a:1,b:2', 'https')).toThrow('finds a port')
})
