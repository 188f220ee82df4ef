import { expect, test } from 'vitest'
import { partsOf } from './regex-template.ts'

const group = (...groups: number[]) => ({ groups })

test.each([
  ['plain', ['plain']],
  ['$1', ['', group(1), '']],
  ['$1x', ['', group(), '']],
  ['${1}x', ['', group(1), 'x']],
  ['a$$1', ['a', '$', '1']],
  ['$$$1', ['', '$', '', group(1), '']],
  ['$', ['', '$', '']],
  ['${1', ['', '$', '{1']],
  ['${}', ['', '$', '{}']],
  ['$name-$01', ['', group(3), '-', group(), '']],
  ['$999999999', ['', group(999_999_999), '']],
  ['$9999999999', ['', group(), '']],
  ['$constructor', ['', group(), '']],
])('%s is taken apart as Go does', (template, parts) => {
  expect(partsOf(template, new Map([['name', [3]]]))).toEqual(parts)
})
