import { expect, test } from 'vitest'
import { called } from '../../../test/fakes/template/called.ts'

test.each([
  ['sha1sum', 'Hello world!', 'd3486ae9136e7856bc42212385ea797094475802'],
  ['sha256sum', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['adler32sum', 'Hello world!', '487130206'],
  ['adler32sum', '', '1'],
])('%s of %j', (name, text, sum) => {
  expect(called(name, [text])).toBe(sum)
})

test('sha512sum has 512 bits', () => {
  expect(called('sha512sum', ['x'])).toMatch(/^[0-9a-f]{128}$/)
})

test('adler32sum stays within its modulus over many large bytes', () => {
  expect(called('adler32sum', ['\u00ff'.repeat(6000)])).toBe('3070908654')
})
