import { expect, test } from 'vitest'
import { Budget, defaultLimits } from '../budget.ts'
import { FunctionError, TemplateError } from '../error.ts'
import { sprintf } from './format.ts'
import { dict, GoMap, Int, int, list, nilIfEmpty, Opaque, Slice, strings, type Value } from './value.ts'

const uint8 = (value: number) => new Int('uint8', BigInt(value))
const bytes = (...values: number[]) => new Slice('[]uint8', values.map(uint8))

// What Go 1.26 prints.
const cases: readonly [format: string, args: readonly Value[], printed: string][] = [
  ['%v %s', [list([int(1), 'a', null, true, 1.5]), list(['a', 'b'])], '[1 a <nil> true 1.5] [a b]'],
  ['%d', [list([int(1), 'a', null])], '[1 %!d(string=a) <nil>]'],
  ['%q %x', [strings(['a', 'b c']), strings(['a', 'b c'])], '["a" "b c"] [61 622063]'],
  ['%5v|%-3d|', [list([int(1), 'a']), list([int(1)])], '[    1     a]|[1  ]|'],
  [
    '%v %s %q %d',
    [
      dict(
        new Map<string, Value>([
          ['b', int(1)],
          ['a', 'x'],
        ]),
      ),
      dict(
        new Map([
          ['b', 'y'],
          ['a', 'x'],
        ]),
      ),
      dict(new Map([['a', 'x']])),
      dict(new Map([['a', int(1)]])),
    ],
    'map[a:x b:1] map[a:x b:y] map["a":"x"] map[%!d(string=a):1]',
  ],
  [
    '%#v',
    [list([int(1), 'a', null, true, 1.5, uint8(10)])],
    '[]interface {}{1, "a", interface {}(nil), true, 1.5, 0xa}',
  ],
  [
    '%#v %#v %#v',
    [strings(['a']), strings([]), new Slice('[]int', [int(1)])],
    '[]string{"a"} []string{} []int{1}',
  ],
  [
    '%#v',
    [
      dict(
        new Map([
          ['b', int(1)],
          ['a', null],
        ]),
      ),
    ],
    'map[string]interface {}{"a":interface {}(nil), "b":1}',
  ],
  ['%#v', [new GoMap('map[string]string', new Map([['k', 'v']]))], 'map[string]string{"k":"v"}'],
  ['%#v', [new Slice('[][]string', [strings(['a'])])], '[][]string{[]string{"a"}}'],
  [
    '%v %+v',
    [list([list([]), dict(), null]), list([dict(new Map([['a', list([null])]]))])],
    '[[] map[] <nil>] [map[a:[<nil>]]]',
  ],
  [
    '%v %d %s %x %X %q %#v',
    [
      bytes(104, 105),
      bytes(104, 105),
      bytes(104, 105),
      bytes(104, 105),
      bytes(254),
      bytes(255),
      bytes(1, 255),
    ],
    '[104 105] [104 105] hi 6869 FE "\\xff" []byte{0x1, 0xff}',
  ],
  [
    '% x %#x %5s|%.1s|%03d',
    [bytes(1, 2), bytes(1, 2), bytes(104), bytes(104, 105), bytes(1, 20)],
    '01 02 0x0102     h|h|[001 020]',
  ],
  [
    '%v %s %x %#v',
    [list([bytes(104)]), list([bytes(104)]), list([bytes(104)]), list([bytes(104)])],
    '[[104]] [h] [68] []interface {}{[]uint8{0x68}}',
  ],
  ['%t %w', [bytes(1), bytes(2)], '[%!t(uint8=1)] [%!w(uint8=2)]'],
  [
    '%T %T %T',
    [bytes(), new GoMap('map[string]string', new Map()), list([list([])])],
    '[]uint8 map[string]string []interface {}',
  ],
  [
    '%v',
    [
      dict(
        new Map([
          ['\xff', int(1)],
          ['z', int(2)],
          ['\xc3\xa9', int(3)],
          ['', int(4)],
        ]),
      ),
    ],
    'map[:4 z:2 \xc3\xa9:3 \xff:1]',
  ],
]

test.each(cases)('containers under %j print as Go prints them', (format, args, printed) => {
  expect(sprintf(format, args, new Budget())).toBe(printed)
})

class Version extends Opaque {
  override readonly type = '*semver.Version'
  override readonly kind = 'ptr'
  override text = () => '1.2.3'
  override fields = () => new Map<string, Value>([['major', new Int('uint64', 1n)]])
}

class Pair extends Opaque {
  override readonly type = 'sprig.certificate'
  override readonly kind = 'struct'
  override fields = () =>
    new Map([
      ['Cert', 'c'],
      ['Key', 'k'],
    ])
}

class Month extends Opaque {
  override readonly type = 'time.Month'
  override readonly kind = 'int'
  override readonly integer = int(11)
  override text = () => 'November'
}

test('a value with a String method prints by it where a string may stand', () => {
  const version = new Version()
  const args = [version, version, version, version, version, version]

  expect(sprintf('%v %s %8v %q %x %T', args, new Budget())).toBe(
    '1.2.3 1.2.3    1.2.3 "1.2.3" 312e322e33 *semver.Version',
  )
  expect(sprintf('%v', [list([version])], new Budget())).toBe('[1.2.3]')
})

test.each<[format: string, value: Value, printed: string]>([
  ['%v %[1]s %[1]q %[1]x', new Pair(), '{c k} {c k} {"c" "k"} {63 6b}'],
  ['%+v %#[1]v', new Pair(), '{Cert:c Key:k} sprig.certificate{Cert:"c", Key:"k"}'],
  ['%d %[1]p', new Pair(), '{%!d(string=c) %!d(string=k)} %!p(sprig.certificate={c k})'],
  ['%v %+[1]v', list([new Pair()]), '[{c k}] [{Cert:c Key:k}]'],
  ['%#v %[1]w', new Version(), '&semver.Version{major:0x1} %!w(*semver.Version=&{1})'],
  ['%v %[1]d %[1]q %#[1]v', new Month(), 'November 11 "November" 11'],
  ['%t %[1]*[1]d', new Month(), '%!t(time.Month=11)          11'],
  ['%d %[1]v', list([new Month()]), '[11] [November]'],
])('a struct or a number with methods under %j prints as Go prints it', (format, value, printed) => {
  expect(sprintf(format, [value], new Budget())).toBe(printed)
})

test.each(['%d', '%t', '%p'])('what only a pointer with a String method has is not shown by %s', (format) => {
  expect(() => sprintf(format, [new Version()], new Budget())).toThrow(FunctionError)
  expect(() => sprintf('%#v', [list([new Version()])], new Budget())).toThrow(FunctionError)
})

test('nil lists and maps print as Go prints them', () => {
  const args = [nilIfEmpty(strings([])), GoMap.nil('map[string]string')]

  expect(sprintf('%#v %#v', args, new Budget())).toBe('[]string(nil) map[string]string(nil)')
  expect(sprintf('%v %v', args, new Budget())).toBe('[] map[]')
})

test.each([list([]), dict()])('an address is refused', (value) => {
  expect(() => sprintf('%p', [value], new Budget())).toThrow('cannot show an address (%p)')
})

test('what is nested five hundred levels deep prints, and no deeper', () => {
  let value: Value = 'x'
  for (let level = 0; level < 500; level++) value = list([value])

  expect(sprintf('%v', [value], new Budget())).toBe(`${'['.repeat(500)}x${']'.repeat(500)}`)
  expect(() => sprintf('%v', [list([value])], new Budget())).toThrow(FunctionError)
})

test('a map that holds itself is an error', () => {
  const map = dict()
  map.entries.set('self', map)

  expect(() => sprintf('%v', [map], new Budget())).toThrow(FunctionError)
})

test('a list whose every item is the same list of lists ends with the steps', () => {
  let value: Value = list([])
  for (let level = 0; level < 60; level++) value = list([value, value])

  expect(() => sprintf('%v', [value], new Budget({ ...defaultLimits, steps: 1000 }))).toThrow(TemplateError)
})
