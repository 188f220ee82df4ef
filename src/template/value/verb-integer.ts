import type { Budget } from '../budget.ts'
import { goString } from './bytes.ts'
import { pad, padWithSpaces, type Spec } from './format-spec.ts'
import { quoteRune } from './quote.ts'
import { isPrintable } from './quote-printable.ts'
import type { GoString, Int } from './value.ts'

/** An integer under a verb of Go's fmt; undefined when the verb is not one for integers. */
export function showInteger(value: Int, verb: GoString, spec: Spec, budget: Budget): GoString | undefined {
  const radix = radixOf.get(verb)
  if (radix !== undefined) return showNumber(value.value, radix, verb, spec, budget)
  if (verb === 'v') return showPlainly(value, spec, budget)
  if (verb === 'c') return pad(goString(String.fromCodePoint(runeOf(value))), spec, budget)
  if (verb === 'q') return pad(quoteRune(runeOf(value), spec.plus), spec, budget)
  return verb === 'U' ? showCodePoint(value, spec, budget) : undefined
}

const radixOf: ReadonlyMap<GoString, number> = new Map([
  ['d', 10],
  ['b', 2],
  ['o', 8],
  ['O', 8],
  ['x', 16],
  ['X', 16],
])

/** `%#v` shows unsigned integers in hexadecimal. */
function showPlainly(value: Int, spec: Spec, budget: Budget): GoString {
  if (!spec.goSyntax || !value.type.startsWith('u')) return showNumber(value.value, 10, 'v', spec, budget)
  return showNumber(value.value, 16, 'v', { ...spec, sharp: true }, budget)
}

function showNumber(value: bigint, radix: number, verb: GoString, spec: Spec, budget: Budget): GoString {
  // A precision of 0 shows 0 as nothing at all.
  if (value === 0n && spec.precision === 0) return padWithSpaces('', spec, budget)
  const magnitude = value < 0n ? -value : value
  const sign = value < 0n ? '-' : spec.plus ? '+' : spec.space ? ' ' : ''
  const least = digitsWanted(sign, spec)
  budget.allocate(64 + least)
  const digits = magnitude.toString(radix).padStart(least, '0')
  const text = (verb === 'O' ? '0o' : '') + (spec.sharp ? prefixOf(digits, radix) : '') + digits
  return padWithSpaces(sign + (verb === 'X' ? text.toUpperCase() : text), spec, budget)
}

/** The fewest digits: the precision or, where zeros fill, what the sign leaves of the width. */
function digitsWanted(sign: string, spec: Spec): number {
  if (spec.precision !== undefined) return spec.precision
  if (!spec.zero || spec.minus || spec.width === undefined) return 0
  return Math.max(spec.width - sign.length, 0)
}

function prefixOf(digits: string, radix: number): string {
  if (radix === 2) return '0b'
  if (radix === 16) return '0x'
  return radix === 8 && !digits.startsWith('0') ? '0' : ''
}

/** `U+0041` and, with `#`, the character itself. */
function showCodePoint({ value }: Int, spec: Spec, budget: Budget): GoString {
  const least = Math.max(spec.precision ?? 0, 4)
  budget.allocate(64 + least)
  const unsigned = BigInt.asUintN(64, value)
  const text = `U+${unsigned.toString(16).toUpperCase().padStart(least, '0')}`
  const rune = unsigned <= 0x10ffffn ? Number(unsigned) : undefined
  const isShown = spec.sharp && rune !== undefined && isPrintable(rune)
  return padWithSpaces(isShown ? `${text} '${goString(String.fromCodePoint(rune))}'` : text, spec, budget)
}

/** The code point of that number; U+FFFD when there is none. */
function runeOf({ value }: Int): number {
  if (value < 0n || value > 0x10ffffn || (value >= 0xd800n && value <= 0xdfffn)) return 0xfffd
  return Number(value)
}
