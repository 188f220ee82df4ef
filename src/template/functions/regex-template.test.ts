import { expect, test } from 'vitest'
import { partsOf } from './regex-template.ts'

const group = (number: number | undefined) => ({ group: number })

test.each([
  ['plain', ['plain']],
  ['$1', ['', group(1), '']],
  ['$1x', ['', group(undefined), '']],
  ['${1}x', ['', group(1), 'x']],
  ['a$$1', ['a', '$', '1']],
  ['$$$1', ['', '$', '', group(1), '']],
  ['$', ['', '$', '']],
  ['${1', ['', '$', '{1']],
  ['${}', ['', '$', '{}']],
  ['$name-$01', ['', group(3), '-', group(undefined), '']],
  ['$999999999', ['', group(999_999_999), '']],
  ['$9999999999', ['', group(undefined), '']],
  ['$constructor', ['', group(undefined), '']],
])('%s is taken apart as Go does', (template, parts) => {
  const names: Record<string, number> = Object.assign(Object.create(null) as object, { name: 3 })

  expect(partsOf(template, names)).toEqual(parts)
})
