import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  uni: 'éÉ ßǆ 世界 ΐᾳ İı',
  raw: Buffer.from('61c3ff62e4b82063', 'hex'),
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  ['upper writes capitals', '{{ upper "hello" }}', 'HELLO'],
  ['upper keeps letters without one capital', '{{ upper .uni }}', 'ÉÉ ßǄ 世界 ΐᾼ İI'],
  ['upper replaces bytes that are no UTF-8', '{{ upper .raw | printf "%q" }}', '"A��B�� C"'],
  ['lower writes small letters', '{{ lower "HELLO" }}', 'hello'],
  ['lower makes one letter of a dotted I', '{{ lower .uni }}', 'éé ßǆ 世界 ΐᾳ iı'],
  ['title begins each word with a capital', '{{ title "hello wide world" }}', 'Hello Wide World'],
  [
    'title takes a dash for an end and an underscore for a letter',
    '{{ title "foo-bar foo_bar foo.bar" }}',
    'Foo-Bar Foo_bar Foo.Bar',
  ],
  ['title uses title case for digraphs', '{{ title "ǆ ǉ ა" }}', 'ǅ ǈ ა'],
  ['title leaves other capitals', '{{ title "hELLO wORLD" }}', 'HELLO WORLD'],
  ['untitle begins each word with a small letter', '{{ untitle "Hello Wide WORLD" }}', 'hello wide wORLD'],
  ['untitle of an empty text is empty', '[{{ untitle "" }}]', '[]'],
  [
    'swapcase swaps and begins words with capitals',
    '{{ swapcase "This Is A.Test of swapping" }}',
    'tHIS iS a.tEST OF SWAPPING',
  ],
  ['swapcase works beyond ASCII', '{{ swapcase .uni }}', 'Éé ßǄ 世界 ΐᾼ iI'],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})
