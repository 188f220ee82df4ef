import fc from 'fast-check'

/** A question for both sides of the differential test: what is at this path of this JSON text? */
export interface Question {
  readonly json: string
  readonly path: string
}

const names = [
  'a',
  'b',
  'ab',
  'a.b',
  'x*',
  'q?',
  '#',
  '0',
  '1',
  '10',
  'é😀',
  'k"q',
  'b\\s',
  '',
  'a b',
  '@this',
  'a:b',
]
const texts = [
  '',
  'a',
  'b',
  'Ab',
  'true',
  'False',
  '0',
  'x y',
  'é😀',
  'q"q',
  'b\\s',
  'line\nline',
  '<&>\u2028',
  '\u0001',
]
const numbers = [
  '0',
  '1',
  '-1',
  '10',
  '1.50',
  '1e3',
  '-2.5E-3',
  '12345678901234567890',
  '0.1',
  '1e21',
  '-0',
  '1E+2',
]

const space = fc.constantFrom('', '', '', ' ', '\n', '\t ')
const scalar = fc.oneof(
  fc.constantFrom(...texts).chain(spellings),
  fc.constantFrom(...numbers),
  fc.constantFrom('true', 'false', 'null'),
)

/** A text as JSON, with or without escapes that need not be there. */
function spellings(text: string): fc.Arbitrary<string> {
  const plain = JSON.stringify(text)
  const escaped = `"${Array.from(text)
    .map((it) => escapeOf(it))
    .join('')}"`
  return fc.constantFrom(plain, plain, escaped)
}

function escapeOf(char: string): string {
  return char.length === 1 ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char
}

const { value: document } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('array'), tie('object')),
  array: fc
    .tuple(
      fc.array(
        fc.tuple(space, tie('value'), space).map((it) => it.join('')),
        { maxLength: 4 },
      ),
      space,
    )
    .map(([items, gap]) => `[${items.length === 0 ? gap : items.join(',')}]`),
  object: fc
    .tuple(
      fc.array(
        fc
          .tuple(space, fc.constantFrom(...names).chain(spellings), space, space, tie('value'), space)
          .map(([a, name, b, c, value, d]) => `${a}${name}${b}:${c}${value}${d}`),
        { maxLength: 5 },
      ),
      space,
    )
    .map(([members, gap]) => `{${members.length === 0 ? gap : members.join(',')}}`),
}))

const keyPart = fc.constantFrom(
  ...names.map((it) => it.replace(/[.*?|#@\\!{}[\]:"]/g, '\\$&')),
  ...names.filter((it) => !/[.|\\"]/.test(it)),
  'a*',
  '*',
  '?',
  '*b',
  'a?',
  '\\*',
  'x\\*',
  '**a*',
  '*?b',
)
const comparison = fc
  .tuple(
    fc.constantFrom('==', '=', '!=', '<', '<=', '>', '>=', '%', '!%'),
    fc.constantFrom(
      '1',
      '"a"',
      'a',
      '"A*"',
      '"*"',
      'true',
      'false',
      'null',
      '~true',
      '~false',
      '~null',
      '~*',
      '10',
      '"q\\"q"',
      '1.5',
      '""',
      'x?y',
    ),
  )
  .chain(([op, value]) => fc.constantFrom(`${op}${value}`, ` ${op} ${value} `))
const modifier = fc.constantFrom(
  '@reverse',
  '@ugly',
  '@pretty',
  '@pretty:{"indent":"\\t","width":20}',
  '@pretty:{"prefix":"  "}',
  '@this',
  '@valid',
  '@flatten',
  '@flatten:{"deep":true}',
  '@join',
  '@keys',
  '@values',
  '@tostr|@fromstr',
  '@group',
  '@dig:a',
  '@dig:#',
  '@dig:#(a==1)',
  '@nothing',
)
// Read on, these would be garbage there and nothing here: gjson looks for brackets inside strings too.
const end = fc.constantFrom('!"x"', '!1', '!true', '!{"a":[1]}', '![1,2]', '!null')

const mark = fc.constantFrom('.', '.', '.', '|')

const path: fc.Arbitrary<string> = fc.letrec<{
  path: string
  part: string
  query: string
  multi: string
}>((tie) => ({
  path: fc
    .tuple(
      tie('part'),
      fc.array(fc.tuple(mark, tie('part')), { maxLength: 3 }),
      fc.option(fc.tuple(mark, end), { freq: 8 }),
    )
    .map(
      ([first, rest, last]) =>
        first + [...rest, ...(last === null ? [] : [last])].map(([a, b]) => a + b).join(''),
    ),
  part: fc.oneof(
    { depthSize: 'small' },
    { weight: 6, arbitrary: keyPart },
    { weight: 2, arbitrary: fc.constantFrom('#', '0', '1', '2', '10') },
    { weight: 2, arbitrary: modifier },
    { weight: 1, arbitrary: tie('query') },
    { weight: 1, arbitrary: tie('multi') },
  ),
  query: fc
    .tuple(
      fc.constantFrom('()', '()', '[]'),
      fc.option(tie('path'), { nil: '' }),
      fc.option(comparison, { nil: '' }),
      fc.constantFrom('', '#'),
    )
    .map(([brackets, left, right, all]) => `#${brackets[0]}${left}${right}${brackets[1]}${all}`),
  multi: fc.oneof(
    fc.array(tie('path'), { maxLength: 3 }).map((it) => `[${it.join(',')}]`),
    fc
      .array(fc.tuple(fc.constantFrom('', '', 'n:', '"n m":', '"a":'), tie('path')), { maxLength: 3 })
      .map((it) => `{${it.map(([name, one]) => name + one).join(',')}}`),
  ),
})).path

const whole = fc.oneof(
  { weight: 20, arbitrary: path },
  { weight: 1, arbitrary: path.map((it) => `..${it}`) },
  { weight: 1, arbitrary: path.map((it) => `${it}|@tostr`) },
)

export const question: fc.Arbitrary<Question> = fc.record({
  json: document.filter((it) => it.startsWith('{') || it.startsWith('[')),
  path: whole,
})
