import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

test('what splits a text is what was found in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ',', 'é') }), (text) => {
      const template =
        '{{ $p := regexSplit "[,b]" .text -1 }}{{ $f := regexFindAll "[,b]" .text -1 }}' +
        '{{ range $i, $e := $p }}{{ $e }}{{ if lt $i (len $f) }}{{ index $f $i }}{{ end }}{{ end }}'

      expect(rendered(template, { text })).toBe(text)
    }),
  )
})

test('a quoted text matches itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const template = '{{ regexMatch (printf "^%s$" (regexQuoteMeta .text)) .text }}'

      expect(rendered(template, { text })).toBe('true')
    }),
  )
})
