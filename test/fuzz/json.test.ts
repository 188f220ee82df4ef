import fc from 'fast-check'
import { expect, test } from 'vitest'
import { objectIn, rawText } from '../../src/externalsecret/json-object.ts'
import { propertyOf } from '../../src/externalsecret/property.ts'
import { get } from '../../src/json/get.ts'
import { plainText } from '../../src/json/plain-text.ts'
import { jsonIn } from '../../src/json/text.ts'
import { canary, fuzz } from './fuzz.ts'
import { mutated } from './mutated.ts'

const isRangeError = (error: unknown) => error instanceof RangeError

const documents = [
  `{"user":"u","password":"${canary}","nested":{"a.b":[1,2.50,{"c":"\\u00e9\\n${canary}"}]},"__proto__":{"x":1}}`,
  `[{"n":1,"v":"${canary}"},{"n":2},{"n":3,"tags":["a","b"]}]`,
  '{"constructor":{"prototype":{"polluted":"yes"}},"10":1,"2":2,"big":12345678901234567890}',
  `"${canary}"`,
]
const paths = [
  'nested.a\\.b.2.c',
  '#(n>1)#.v',
  '#.tags.#',
  'nested.@this|@pretty:{"indent":""}',
  '{user,"p":password}',
  '@flatten:{"deep":true}',
  '*.c*',
  '..#(v=="x")',
  '__proto__.x',
]

test('the members of what may be a JSON object are its own, whatever the text', () => {
  expect(
    fuzz(
      mutated(...documents),
      (text) => {
        const members = objectIn(text)
        const isJson = parses(text)
        if (members !== undefined && !isJson) throw new Error('took what is no JSON')
        for (const [, value] of members ?? []) rawText(value)
      },
      { isOwn: isRangeError, runs: 3000, msPerKilobyte: 5 },
    ),
  ).toContain('taken')
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('a property of a text that may be JSON is found or not, and no document is too odd', () => {
  const path = fc.sample(fc.constantFrom(...paths), { seed: 1, numRuns: 40 })
  let turn = 0
  expect(
    fuzz(mutated(...documents), (text) => propertyOf(text, path[turn++ % path.length] ?? ''), {
      isOwn: isRangeError,
      runs: 3000,
      msPerKilobyte: 40,
    }),
  ).toContain('taken')
})

test('a GJSON path is walked or a RangeError, whatever the path', () => {
  expect(
    fuzz(
      mutated(...paths),
      (path) => {
        for (const document of documents) plainText(get(jsonIn(document) ?? '', path))
      },
      { isOwn: isRangeError, runs: 3000, msPerKilobyte: 60 },
    ),
  ).toContain('taken')
})

test('S22: names of JavaScript’s own objects are members like any other', () => {
  const text = '{"__proto__":{"polluted":"a"},"constructor":"b","toString":"c","hasOwnProperty":"d"}'

  const members = objectIn(text)
  const found = ['__proto__.polluted', 'constructor', 'toString', 'valueOf'].map((it) => propertyOf(text, it))

  expect([...(members?.keys() ?? [])]).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
  expect(found).toEqual(['a', 'b', 'c', undefined])
  expect('polluted' in {}).toBe(false)
})
