import fc from 'fast-check'
import { withSlips } from './focus.ts'
import { oneOf } from './one-of.ts'

const scalars = oneOf(
  'a¦two words¦1¦-7¦+5¦0x1F¦0o17¦017¦089¦0b101¦1_000¦1.5¦.5¦-.5¦1e3¦1E-3¦1.¦.inf¦-.Inf¦.nan¦.NaN¦' +
    'true¦True¦yes¦No¦on¦OFF¦y¦n¦null¦Null¦~¦¦2020-01-01¦2020-01-01T10:20:30Z¦' +
    '2020-01-01 10:20:30.5 +01:00¦12:30:45¦a: b¦a #no¦a#b¦-¦- a¦?¦: x¦http://a.test:80/x¦@at¦`tick`¦' +
    '%p¦!tag¦&anchor¦*alias¦{¦[¦a]¦é¦日本¦x,y¦it\'s¦say "hi"¦9223372036854775807¦9223372036854775808¦' +
    '18446744073709551616¦1e400¦0.1¦123456789.125¦=¦<<¦a\tb¦0¦-0¦-0.0¦00¦1__0¦0x¦_1¦1_¦0.0¦1e¦e1¦.¦' +
    '..¦+.inf¦+1.5e+10¦0X1f¦0O7¦190:20:30',
)

const quoted = fc.oneof(
  scalars.map((it) => `'${it.replaceAll("'", "''")}'`),
  scalars.map((it) => JSON.stringify(it)),
  oneOf(
    '"a\\x41\\u00e9\\U0001F600"¦"a\\\n  b"¦"a\n  b"¦\'a\n  b\'¦"\\e\\_\\N\\L\\P\\0\\a\\v\\/"¦"\\q"¦' +
      '"open¦\'open¦"a" b¦"\t"¦"a\n\n  b"',
  ),
)

const blockHeads = oneOf('|¦>¦|-¦>-¦|+¦>+¦|2¦>1-¦| # note')
const blocks = fc.tuple(
  blockHeads,
  fc.array(oneOf('text¦  more¦¦ x¦# not a note¦a: b¦\ttab'), {
    minLength: 1,
    maxLength: 4,
  }),
)

const prefixes = oneOf(
  '¦¦¦¦¦¦&x ¦!!str ¦!!int ¦!!float ¦!!binary ¦!own ¦!!null ¦!!bool ¦&x !!str ¦! ¦!!map ¦!!timestamp ',
)
const keys = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', 'key', 'other key', 'é') },
  {
    weight: 2,
    arbitrary: oneOf('"q"¦\'s\'¦1¦true¦null¦<<¦1.5¦? a¦2020-01-01¦[x]¦{x: y}¦~¦¦a b #¦*x'),
  },
)

/** The text of a node that stands so many blanks in. */
type Node = (indent: number) => string

interface Nodes {
  node: Node
  flow: string
}

const spaces = (count: number): string => ' '.repeat(count)

const leaves = fc.tuple(
  prefixes,
  fc.oneof(
    { weight: 6, arbitrary: scalars },
    { weight: 2, arbitrary: quoted },
    { weight: 1, arbitrary: fc.constant('*x') },
  ),
)

const inLine =
  ([prefix, text]: readonly [string, string]): Node =>
  () =>
    ` ${prefix}${text}\n`

const literals = blocks.map(([head, lines]): Node => {
  const line = (text: string, indent: number) => (text === '' ? '\n' : `${spaces(indent)}${text}\n`)
  return (indent) => ` ${head}\n${lines.map((it) => line(it, indent)).join('')}`
})

function mappingsOf(child: fc.Arbitrary<Node>): fc.Arbitrary<Node> {
  const items = fc.array(fc.tuple(keys, child), { minLength: 1, maxLength: 4 })
  const notes = fc.constantFrom('', '', '', ' # note', '\n')
  return fc.tuple(prefixes, items, notes).map(([prefix, items, note]): Node => {
    const line = (key: string, inner: Node, indent: number) => `${spaces(indent)}${key}:${inner(indent + 2)}`
    return (indent) =>
      ` ${prefix.trim()}${note}\n${items.map(([key, inner]) => line(key, inner, indent)).join('')}`
  })
}

function sequencesOf(child: fc.Arbitrary<Node>): fc.Arbitrary<Node> {
  const items = fc.array(child, { minLength: 1, maxLength: 3 })
  return fc.tuple(items, fc.constantFrom(0, 0, 1, -2)).map(([items, shift]): Node => {
    const line = (inner: Node, indent: number) =>
      `${spaces(Math.max(0, indent + shift))}-${inner(indent + 2)}`
    return (indent) => `\n${items.map((it) => line(it, indent)).join('')}`
  })
}

function flowsOf(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const list = fc.tuple(fc.array(item, { maxLength: 3 }), fc.constantFrom('', ',', ' ', '\n '))
  const map = fc.tuple(fc.array(fc.tuple(keys, item), { maxLength: 3 }), fc.constantFrom('', ',', '\n'))
  return fc.oneof(
    list.map(([items, end]) => `[${items.join(', ')}${end}]`),
    map.map(([items, end]) => `{${items.map(([key, item]) => `${key}: ${item}`).join(', ')}${end}}`),
  )
}

/** The part of a document that stands behind `key:` or `-`, with the break or the blank before it. */
const { node }: { node: fc.Arbitrary<Node> } = fc.letrec<Nodes>((tie) => {
  const child = tie('node') as fc.Arbitrary<Node>
  const flow = tie('flow') as fc.Arbitrary<string>
  const flowItem = fc.oneof(
    { weight: 3, arbitrary: fc.oneof(scalars, quoted) },
    { weight: 1, arbitrary: flow },
  )
  return {
    flow: flowsOf(flowItem),
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 6, arbitrary: leaves.map(inLine) },
      { weight: 1, arbitrary: fc.tuple(prefixes, flow).map(inLine) },
      { weight: 1, arbitrary: literals },
      { weight: 2, arbitrary: mappingsOf(child) },
      { weight: 2, arbitrary: sequencesOf(child) },
    ),
  }
})

const heads = oneOf('¦¦¦¦---¦--- # x\n¦%YAML 1.1\n---\n¦# note\n¦\n¦\ufeff¦---\n')
const tails = oneOf('¦¦¦...\n¦--- \nb: 1\n¦# end¦\n\n¦\t')

/** Documents in the whole of YAML's grammar, some of them broken. */
export const yamlTexts: fc.Arbitrary<string> = withSlips(
  fc
    .tuple(heads, node, tails)
    .map(([head, body, tail]) => `${head}${body(0).replace(/^\n| (?=[^ ])/, '')}${tail}`),
  `¦ ¦\n¦\t¦:¦-¦"¦'¦#¦[¦}¦|¦\r¦é¦\u0000`,
)
