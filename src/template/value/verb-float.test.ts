import { expect, test } from 'vitest'
import { Budget } from '../budget.ts'
import { sprintf } from './format.ts'
import { type Value } from './value.ts'

// What Go 1.26 prints.
const cases: readonly [format: string, args: readonly Value[], printed: string][] = [
  ['%v %v %v %v', [1, 0.1, 1000000, 123456789], '1 0.1 1e+06 1.23456789e+08'],
  ['%v %v %v', [1e20, 1e21, 100000], '1e+20 1e+21 100000'],
  ['%v %v %v', [0.0001, 0.00001, 5e-324], '0.0001 1e-05 5e-324'],
  [
    '%v %v %v %v %v',
    [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    '0 -0 NaN +Inf -Inf',
  ],
  ['%+v %#v %#v', [1, 1, 1e6], '1 1 1e+06'],
  [
    '%e %E %.2e %.0e',
    [123456.789, 123456.789, 123456.789, 123456.789],
    '1.234568e+05 1.234568E+05 1.23e+05 1e+05',
  ],
  ['%f %F %.2f %.0f', [3.14159, 3.14159, 3.14159, 3.14159], '3.141590 3.141590 3.14 3'],
  ['%.0f %.0f %.0f %.0f', [0.5, 1.5, 2.5, 3.5], '0 2 2 4'],
  ['%.1f %.2f %.2f', [0.25, 2.675, 1.005], '0.2 2.67 1.00'],
  ['%.30f', [0.1], '0.100000000000000005551115123126'],
  ['%.3g %.10g %g %G', [1234.5678, 1234.5678, 1e-7, 1e-7], '1.23e+03 1234.5678 1e-07 1E-07'],
  ['%#g %#.3g %#v %#.0f %#e', [1, 100, 1, 5, 5], '1.00000 100. 1 5. 5.000000e+00'],
  ['%#x %#.2x %#X', [1, 1, 1.5], '0x1.0000p+00 0x1.00p+00 0X1.8P+00'],
  ['%b %b %b', [1, 0.1, 5e-324], '4503599627370496p-52 7205759403792794p-56 1p-1074'],
  [
    '%x %X %.3x %.0x %x',
    [3.1415, 3.1415, 3.1415, 1.5, -0],
    '0x1.921cac083126fp+01 0X1.921CAC083126FP+01 0x1.922p+01 0x1p+01 -0x0p+00',
  ],
  [
    '%8.2f|%-8.2f|%08.2f|%+08.2f|% 08.2f',
    [3.14159, 3.14159, -3.14159, 3.14159, 3.14159],
    '    3.14|3.14    |-0003.14|+0003.14| 0003.14',
  ],
  [
    '%05f|%+05f|%06v|%-06v|',
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
    '  NaN| +Inf|  -Inf|NaN   |',
  ],
]

test.each(cases)('floats under %j print as Go prints them', (format, args, printed) => {
  expect(sprintf(format, args, new Budget())).toBe(printed)
})
