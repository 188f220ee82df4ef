import type { Budget } from '../budget.ts'
import { runesOf } from './bytes.ts'
import type { GoString } from './value.ts'

/** The flags, the width and the precision of one directive of a format, such as `%+8.3f`. */
export interface Spec {
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly minus: boolean
  readonly plus: boolean
  readonly sharp: boolean
  readonly space: boolean
  readonly zero: boolean
  /** `%#v`: values in Go's syntax. */
  readonly goSyntax: boolean
  /** `%+v`: structs with the names of their fields. */
  readonly withNames: boolean
}

/** How one argument is shown: `%[flags][width][.precision]verb`. */
export interface Directive {
  readonly verb: GoString
  readonly spec: Spec
  /** What no verb suits is shown without its String method. */
  readonly withoutMethods?: boolean
}

/** A directive with nothing between `%` and its verb. */
export const plainSpec: Spec = {
  width: undefined,
  precision: undefined,
  minus: false,
  plus: false,
  sharp: false,
  space: false,
  zero: false,
  goSyntax: false,
  withNames: false,
}

/** What print and actions show values with. */
export const plainly: Directive = { verb: 'v', spec: plainSpec }

/** A text filled up to the width, counted in characters; zeros fill on the left only. */
export function pad(text: GoString, spec: Spec, budget: Budget): GoString {
  if (spec.width === undefined) return text
  const missing = spec.width - countRunes(text, budget)
  if (missing <= 0) return text
  budget.allocate(missing)
  if (spec.minus) return text + ' '.repeat(missing)
  return (spec.zero ? '0' : ' ').repeat(missing) + text
}

/** The same where zeros must not fill: they are there already, or there is no number. */
export function padWithSpaces(text: GoString, spec: Spec, budget: Budget): GoString {
  return pad(text, spec.zero ? { ...spec, zero: false } : spec, budget)
}

/** As many characters of a text as the precision allows. */
export function truncate(text: GoString, spec: Spec, budget: Budget): GoString {
  if (spec.precision === undefined || text.length <= spec.precision) return text
  budget.step(Math.min(text.length, spec.precision) >> 6)
  let left = spec.precision
  for (const { at } of runesOf(text)) {
    if (left-- === 0) return text.slice(0, at)
  }
  return text
}

const beyondAscii = /[\u0080-\u00ff]/

function countRunes(text: GoString, budget: Budget): number {
  budget.step(text.length >> 6)
  if (!beyondAscii.test(text)) return text.length
  let count = 0
  for (const _ of runesOf(text)) count++
  return count
}
