import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DecodingStrategy, decodeBy } from './decoding.ts'

const decoded = (strategy: DecodingStrategy, text: string) => {
  const bytes = decodeBy(strategy, Buffer.from(text))
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1')
}

test.each<[DecodingStrategy, string, string | undefined]>([
  ['None', 'aGk=', 'aGk='],
  ['Base64', 'aGk=', 'hi'],
  ['Base64', 'aG\nk=\r\n', 'hi'],
  ['Base64', '', ''],
  ['Base64', '+/+/', '\xfb\xff\xbf'],
  ['Base64', '-_-_', undefined],
  ['Base64', 'aGk', undefined],
  ['Base64', 'aGk= ', undefined],
  ['Base64', 'a===', undefined],
  ['Base64', '=aGk', undefined],
  ['Base64URL', '-_-_', '\xfb\xff\xbf'],
  ['Base64URL', '+/+/', undefined],
  ['Auto', 'aGk=', 'hi'],
  ['Auto', '-_-_', '\xfb\xff\xbf'],
  ['Auto', 'not base64!', 'not base64!'],
])('%s of %j is %j', (strategy, text, expected) => {
  expect(decoded(strategy, text)).toBe(expected)
})

test('what was encoded comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString('base64')
      expect(decodeBy('Base64', Buffer.from(text))).toEqual(Buffer.from(bytes))
    }),
  )
})
