import fc from 'fast-check'
import type { Case } from './case.ts'
import { oneOf } from './one-of.ts'

/** What one value of the data is. */
export type Content = fc.Arbitrary<string | Uint8Array>

/** Any text of Unicode, and bytes that are none. */
export const anyText: Content = fc.oneof<Content[]>(
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }),
  fc
    .array(oneOf('foo¦Bar¦_¦-¦ ¦9¦ÄÖ¦ß¦ŉ¦ǆ¦İ¦\u0301¦ABC¦\t¦\n¦.¦ﬁ¦1a¦A1¦\u2028¦\u00a0'), { maxLength: 6 })
    .map((it) => it.join('')),
)

/** A template over one or two values, `a` and `b`. */
export function focus(
  templates: readonly string[],
  a: Content,
  b: Content = fc.constant(''),
): fc.Arbitrary<Case> {
  return fc
    .tuple(fc.constantFrom(...templates), a, b)
    .map(([template, first, second]) => ({ name: 'generated', template, data: { a: first, b: second } }))
}

/** Text with a slip of the pen in every fifth. */
export function withSlips(texts: fc.Arbitrary<string>, added: string): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.nat(12), oneOf(added), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([text, slip, add, at]) => {
      if (slip > 2) return text
      const from = Math.floor(at * text.length)
      return (text.slice(0, from) + add + text.slice(from + slip)).toWellFormed()
    })
}
