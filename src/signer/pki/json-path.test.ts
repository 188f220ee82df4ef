import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJsonPath, valuesAt } from './json-path.ts'

const json = { a: { 'b-c': [1, [2, 3], null, { d: 'x' }] }, e: 'f', 'g h': 5, n: null }

test.each([
  ['e', ['f']],
  ['$.e', ['f']],
  ['$["g h"]', [5]],
  ['a.b-c', [1, [2, 3], { d: 'x' }]],
  ['a.b-c[1]', [2, 3]],
  ['a.b-c[3].d', ['x']],
  ['a.b-c[*].d', ['x']],
  ['a.b-c[9]', []],
  ['a.b-c.length', []],
  ['n', []],
  ['n.a', []],
  ['e.length', []],
  ['e[0]', []],
  ['toString', []],
  ['__proto__', []],
  ['constructor.name', []],
])('%s finds %j', (path, found) => {
  const parsed = parseJsonPath(path)

  expect(parsed && valuesAt(json, parsed)).toEqual(found)
})

test.each(['', '$', 'a..b', 'a.', '.', 'a[', 'a[-1]', 'a[x]', 'a b', 'a["b]', '[*', `${'a.'.repeat(40)}a`])(
  '%j is no path',
  (path) => {
    expect(parseJsonPath(path)).toBeUndefined()
  },
)

test('a name in quotes finds any own member that there is', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 50 }).filter((it) => !/["\\]/.test(it)),
      (name) => {
        const path = parseJsonPath(`$["${name}"]`)
        expect(path && valuesAt(JSON.parse(`{${JSON.stringify(name)}: 7}`), path)).toEqual([7])
      },
    ),
  )
})
