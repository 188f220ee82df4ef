import fc from 'fast-check'
import { oneOf, piecesOf } from './one-of.ts'
import type { Kind } from './signatures.ts'

const words = piecesOf(
  '¦a¦key¦Foo Bar¦one,two,three¦fooBar_baz-qux¦x=1;y=2¦ padded\t¦line1\nline2\n¦MiXeD 09',
)
const unicode = piecesOf('Grüße¦日本語¦ǅ ß İı¦🙂 é¦\u00a0\u2003¦e\u0301¦Ω\u0000é¦\ufffd¦\u2028')
const urls = piecesOf(
  'https://user:p%40ss@host.test:8443/a/b?q=1&r=%20#frag¦postgres://db/x¦//host/path¦' +
    'mailto:a@b.test¦%zz¦/only/path¦http://[::1]:80/¦a:b:c',
)

/** Texts of each form; what has no form of its own is any text. */
export const texts: Partial<Record<Kind, fc.Arbitrary<string>>> = {
  string: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words) },
    { weight: 3, arbitrary: fc.constantFrom(...unicode) },
    { weight: 3, arbitrary: fc.string({ maxLength: 12 }) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  ),
  key: oneOf('a¦b¦key¦scheme¦host¦path¦Upper¦with-dash¦¦__proto__¦constructor¦é'),
  separator: oneOf(',¦ ¦¦a¦fo¦-¦\n¦/¦é¦ab¦|¦='),
  numeric: fc.oneof(
    oneOf(
      '0¦1¦-7¦42¦007¦0x1F¦1_000¦1.5¦1e3¦¦ 1¦9223372036854775807¦9223372036854775808¦-0¦NaN¦Inf¦0b11¦' +
        '0o17¦+5¦.5¦1e400¦644¦089',
    ),
    fc.integer().map(String),
    fc.double().map(String),
  ),
  json: fc.oneof(
    fc.json({ maxDepth: 3 }),
    oneOf(
      '{"a":1,"b":[true,null,"x"],"key":{"a":"<&>"}}¦[1,2.50,1e21,-0,123456789012345678901]¦' +
        '{"a":{"b":"c"},"b":"\\u00e9\\ud83d"}¦{¦"text"¦null¦ [ ] ¦{"a":1,"a":2}¦[1,]¦1.0¦' +
        '"\\ud83d\\ude42"¦nul¦01',
    ),
  ),
  yaml: oneOf(
    'a: 1\nb: two\n¦a:\n  b: [1, 2.5, true, null]\n¦- x\n- y: z\n¦' +
      'key: "quoted"\nother: |\n  text\n  more\n¦a: yes\nb: 0x10\nc: 1e3\nd: 2020-01-01\n¦: bad: [¦' +
      'plain¦¦a: &x 1\nb: *x\n¦{"a": "json"}¦a: ~\n? b\n¦1: a\ntrue: b\n¦<<: {a: 1}\nb: 2\n¦' +
      'a: 0o17\nb: 017\nc: 1_000\nd: .5\ne: .inf\n¦a: !!str 1\n¦a: "\\x41\\u00e9"\n¦a: b: c¦' +
      "a: 'it''s'\n¦# only\n¦--- \na: 1\n---\nb: 2\n",
  ),
  b64: fc.oneof(
    fc.uint8Array({ maxLength: 12 }).map((it) => Buffer.from(it).toString('base64')),
    oneOf('aGVsbG8=¦aGVsbG8¦!!¦aGVs\nbG8=¦/+==¦_-==¦aGVsbG9=¦===='),
  ),
  b32: oneOf('NBSWY3DP¦nbswy3dp¦NBSWY===¦ME======¦1¦MFRGG===\n¦M'),
  regex: oneOf(
    'a¦[a-z]+¦(\\w+)=(\\d)¦^\\s*$¦.¦o*¦(?i)FOO¦(a|b)*c¦\\bx¦[^,]+¦(?P<k>f)(o+)¦(¦[[:alpha:]]¦\\p{L}¦' +
      '(?s).+¦x{2,3}¦$¦(?m)^l¦\\d{1001}¦a**¦[é-ü]¦(?U)a+¦\\C¦(?=a)¦\\z¦e$',
  ),
  replacement: oneOf('¦X¦$1¦${1}a¦$1a¦$k¦$$¦$¦<$0>¦${2}-${1}¦\\1¦${'),
  layout: oneOf(
    '2006-01-02¦2006-01-02T15:04:05Z07:00¦15:04¦Jan _2 06 3:04PM¦Monday, 02-Jan-06 15:04:05 MST¦' +
      "2006¦x¦¦2006-002¦05.000 .999 ,000¦-0700 -07 Z07¦January 2¦01/02 03:04:05PM '06 -0700¦__2 002",
  ),
  zone: oneOf('UTC¦Local¦Europe/Berlin¦America/New_York¦¦No/Where¦Asia/Kolkata'),
  date: oneOf(
    '2024-02-29¦2023-02-29¦2021-12-31T23:59:59Z¦2024-07-01T12:00:00+02:00¦10:20¦1999¦¦x¦2024-060¦' +
      'February 3',
  ),
  duration: oneOf('1h¦-24h¦1.5h30m¦300ms¦1d¦¦0¦-1us¦2400h¦9000h¦1h1h¦+5m¦1µs¦100000h¦.5s¦1'),
  semver: oneOf(
    '1.2.3¦v1.2¦1¦1.2.3-beta.1+build.5¦1.02.3¦x¦¦2.0.0-rc.1¦1.2.3.4¦99999999999999999999.0.0¦0.0.1¦' +
      'v1.2.3-¦1.2-5',
  ),
  constraint: oneOf(
    '>=1.2¦~1.2.3¦^1¦1.x¦>1 <2 || 3¦*¦!=1.2.3¦1.2 - 2¦¦=>1¦>=1.2.3-0¦^0.0¦~>1.2, <2¦<>1¦^0.2.3¦' +
      '>= 1.1, < 1.5¦~¦~1.x¦>1.2.x¦latest¦1.2.3 ',
  ),
  url: fc.constantFrom(...urls),
  path: oneOf('/a/b/../c.txt¦a//b/¦¦.¦/¦../x.tar.gz¦é/ü.x¦./.hidden¦a/b¦..¦/..¦a/./b/..'),
  typeName: oneOf(
    'string¦int¦int64¦float64¦slice¦map¦bool¦invalid¦[]interface {}¦map[string]interface {}¦<nil>¦' +
      'struct¦[]string¦*semver.Version¦time.Time',
  ),
  listText: fc.constantFrom('a,b', '1,2,3'),
}

const flags = oneOf('¦¦¦-¦+¦#¦ ¦0¦+v¦#0¦- ¦+#¦-0')
const directive = fc
  .tuple(
    flags,
    oneOf('¦¦¦5¦12¦1¦*¦[1]¦[2]*[1]¦20¦[3]¦[x]¦08'),
    oneOf('¦¦¦.2¦.0¦.¦.*¦.10¦.[1]*'),
    fc.oneof(
      { weight: 9, arbitrary: oneOf('v¦T¦t¦b¦c¦d¦o¦q¦x¦X¦U¦e¦E¦f¦F¦g¦G¦s') },
      { weight: 1, arbitrary: fc.constantFrom('%', 'z', '!', 'é', '') },
    ),
  )
  .map((parts) => `%${parts.join('')}`)

/** A printf format; `%p` shows addresses and is left out, and so are widths that fill megabytes. */
export const formats: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: directive },
      { weight: 1, arbitrary: fc.constantFrom('x ', '=', '\n', 'é', ':%d ') },
    ),
    {
      maxLength: 4,
    },
  )
  .map((it) => it.join(''))
