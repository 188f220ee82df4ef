import fc from 'fast-check'
import { literalOf } from './arbitrary-literal.ts'
import { texts } from './arbitrary-text.ts'
import { focus } from './focus.ts'
import { oneOf, piecesOf } from './one-of.ts'

const numberTexts = fc.oneof(
  texts.numeric ?? fc.string(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      oneOf('0x¦0¦0b¦0o¦¦0X¦_'),
      oneOf(
        '0¦1¦17¦1f¦99¦ff_f¦1_0¦__1¦p4¦1p4¦.8p1¦1e5¦1E+2¦.¦1.¦.1e-3¦1e¦7fffffffffffffff¦8000000000000000¦' +
          ' 1¦infinity¦nan¦Inf',
      ),
    )
    .map((it) => it.join('')),
  fc.double().map(String),
)
/** Casts, arithmetic and the ways to show a number, over texts of numbers. */
export const numbers = focus(
  piecesOf(
    'int¦int64¦float64¦toDecimal¦atoi¦add 1¦sub 1¦mul 2¦div 7¦mod 3¦add1¦add1f¦addf 0.5¦subf 1¦' +
      'mulf 3¦divf 7¦max 1¦min 1¦maxf 1¦minf 1¦ceil¦floor¦fromJson¦fromYaml¦fromJson | toJson¦' +
      'fromYaml | toJson¦duration¦fromJson | printf "%v %T"¦fromJson | toYaml¦fromJson | int64¦' +
      'float64 | toJson¦float64 | toYaml¦float64 | toString¦' +
      'float64 | printf "%g %e %f %.3g %x %b %8.2f %+.1e %#g %v %d"¦' +
      'int64 | printf "%d %x %X %o %b %c %q %U %#x %+d %08d %v %e"¦toString | int¦divf 1.0 | toString',
  )
    .map((it) => `{{ .a | ${it} }}`)
    .concat(
      '{{ round .a 2 }}',
      '{{ round .a 0 }} {{ round .a 3 0.7 }}',
      '{{ addf .a .b }} {{ subf .a .b }} {{ mulf .a .b }}',
      '{{ divf .a .b }}',
      '{{ div .a .b }}',
      '{{ mod .a .b }}',
      '{{ max .a .b }} {{ minf .a .b }}',
      '{{ add .a .b }} {{ mul .a .b }}',
      '{{ float64 .a | lt 1.5 }} {{ eq (int64 .a) (int64 .b) }}',
      '{{ list (float64 .a) (int .b) | toJson }}',
    ),
  numberTexts,
  numberTexts,
)

/** Constants of numbers in all their forms. */
export const constants = fc.oneof(literalOf('int'), literalOf('float'), literalOf('number')).chain((it) =>
  fc
    .constantFrom(
      '',
      ' | printf "%v %T %d"',
      ' | printf "%g %q %x"',
      ' | toJson',
      ' | int',
      ' | toString',
      ' | float64',
      ' | printf "%c %U"',
      ' | toYaml',
    )
    .map((tail) => ({
      name: 'generated',
      template: `{{ ${it.kind === 'literal' ? it.text : '0'}${tail} }}`,
      data: {},
    })),
)
