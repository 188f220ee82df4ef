import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { isPrintable } from './quote-printable.ts'

const codePoints = 0x110000

test('Go 1.26 and isPrintable() agree on every code point', () => {
  const flags = Uint8Array.from({ length: codePoints }, (_, rune) => (isPrintable(rune) ? 1 : 0))

  expect(flags.reduce((sum, it) => sum + it, 0)).toBe(148_998)
  // One byte for each code point, 1 where unicode.IsPrint says so.
  expect(createHash('sha256').update(flags).digest('hex')).toBe(
    'a24a109bc8e347f9490466c59e4160d0dc9dd1006a5be9a4c91af71cd2e7fa99',
  )
})
