import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  spaced: '\t  two  words  \n',
  empty: '',
  raw: Buffer.from('61c3ff62e4b82063', 'hex'),
  uni: 'éÉ ßǆ 世界 ΐᾳ İı',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  ['trim takes spaces from both ends', '[{{ trim "   hello    " }}]', '[hello]'],
  ['trim takes every kind of white space', '[{{ .spaced | trim }}]', '[two  words]'],
  ['trim of an empty text is empty', '[{{ trim .empty }}]', '[]'],
  ['trim keeps bytes that are no UTF-8', '{{ trim .raw | printf "%q" }}', String.raw`"a\xc3\xffb\xe4\xb8 c"`],
  ['trimAll takes a currency sign away', '{{ trimAll "$" "$7.25$" }}', '7.25'],
  ['trimAll takes any character of the set', '{{ trimAll "xyz" "xyzabczyx" }}', 'abc'],
  ['trimAll takes characters beyond ASCII', '{{ trimAll "éÉ" .uni }}', ' ßǆ 世界 ΐᾳ İı'],
  ['trimAll with an empty set changes nothing', '{{ trimAll "" " a " }}', ' a '],
  ['trimAll has an older name in small letters', '{{ trimall "-" "--a--" }}', 'a'],
  ['trimSuffix takes a suffix once', '{{ trimSuffix "-" "name--" }}', 'name-'],
  ['trimSuffix leaves another end alone', '{{ trimSuffix "x" "name-" }}', 'name-'],
  ['trimPrefix takes a prefix once', '{{ trimPrefix "-" "--name" }}', '-name'],
  ['trimPrefix leaves another start alone', '{{ "name" | trimPrefix "v" }}', 'name'],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})
