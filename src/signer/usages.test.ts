import { expect, test } from 'vitest'
import { usagesOf } from './usages.ts'

test.each([
  ['none, which means the defaults', [], false, 0x05, []],
  ['none, for a CA', [], true, 0x25, []],
  ['signing', ['signing', 'digital signature'], false, 0x01, []],
  [
    'all key usages',
    [
      'digital signature',
      'content commitment',
      'key encipherment',
      'data encipherment',
      'key agreement',
      'cert sign',
      'crl sign',
      'encipher only',
      'decipher only',
    ],
    false,
    0x1ff,
    [],
  ],
  ['server auth alone', ['server auth'], false, 0, ['1.3.6.1.5.5.7.3.1']],
  ['two words for one usage', ['s/mime', 'email protection'], false, 0, ['1.3.6.1.5.5.7.3.4']],
  ['any', ['any', 'client auth'], false, 0, ['2.5.29.37.0', '1.3.6.1.5.5.7.3.2']],
])(
  'R29: the usages of a request, %s, become bits and OIDs',
  (_, words, isCA, keyUsage, extendedKeyUsages) => {
    expect(usagesOf(words, isCA)).toEqual({ keyUsage, extendedKeyUsages })
  },
)

test.each(['Server Auth', '', 'constructor', 'x'.repeat(100)])('an unknown usage %j is refused', (word) => {
  expect(() => usagesOf([word], false)).toThrow(expect.objectContaining({ reason: 'Refused' }))
})
