import { FormatCursor, largestNumber } from './format-cursor.ts'
import type { Directive, Spec } from './format-spec.ts'
import { type GoString, integerOf, type Value } from './value.ts'

/** What stands at a `%`: complaints about it, and what to show of which argument. */
export interface Step {
  /** What Go writes for a width or precision that is no integer. */
  readonly complaint: GoString
  /** Undefined when the format ended before the verb. */
  readonly directive: Directive | undefined
  /** `bad` when an index such as `[9]` names no argument. */
  readonly argument: number | 'bad'
}

/** Reads directives from a format, one after another, and keeps count of the arguments they take. */
export class DirectiveReader {
  readonly #cursor: FormatCursor
  readonly #args: readonly Value[]
  #argument = 0
  #isReordered = false
  #hasGoodIndex = true
  /** An index such as `[3]` has just been read. */
  #isAfterIndex = false
  #complaint = ''

  constructor(format: GoString, args: readonly Value[]) {
    this.#cursor = new FormatCursor(format)
    this.#args = args
  }

  /** The text before the next directive. */
  literal(): GoString {
    return this.#cursor.literal()
  }

  /** The arguments that no directive took; none once a directive has named its argument by index. */
  leftOver(): readonly Value[] {
    return this.#isReordered ? [] : this.#args.slice(this.#argument)
  }

  /** The directive that begins here; undefined at the end of the format. */
  next(): Step | undefined {
    if (!this.#cursor.take('%')) return undefined
    this.#hasGoodIndex = true
    this.#complaint = ''
    const flags = this.#cursor.flags()
    this.#index()
    const sized = this.#precision(this.#width(flags))
    if (!this.#isAfterIndex) this.#index()
    return this.#step(sized)
  }

  #step(spec: Spec): Step {
    const complaint = this.#complaint
    const argument = this.#argument
    if (this.#cursor.isAtEnd) return { complaint, directive: undefined, argument }
    const verb = this.#cursor.verb()
    const directive = { verb, spec: verb === 'v' || verb === 'w' ? inGoSyntax(spec) : spec }
    if (verb === '%') return { complaint, directive, argument }
    if (!this.#hasGoodIndex) return { complaint, directive, argument: 'bad' }
    if (argument < this.#args.length) this.#argument++
    return { complaint, directive, argument }
  }

  /** `*` takes the width from an argument; a negative one fills on the right. */
  #width(spec: Spec): Spec {
    if (this.#star()) {
      const width = this.#numberOfArgument()
      if (width === undefined) this.#complaint += '%!(BADWIDTH)'
      if (width === undefined || width >= 0) return { ...spec, width }
      return { ...spec, width: -width, minus: true, zero: false }
    }
    const width = this.#cursor.number()
    if (width === undefined) return spec
    if (this.#isAfterIndex) this.#hasGoodIndex = false
    return { ...spec, width }
  }

  /** A point with no number after it is a precision of 0. */
  #precision(spec: Spec): Spec {
    if (this.#cursor.isAtLastByte || !this.#cursor.take('.')) return spec
    if (this.#isAfterIndex) this.#hasGoodIndex = false
    this.#index()
    if (!this.#star()) return { ...spec, precision: this.#cursor.number() ?? 0 }
    const given = this.#numberOfArgument()
    const precision = given !== undefined && given >= 0 ? given : undefined
    if (precision === undefined) this.#complaint += '%!(BADPREC)'
    return { ...spec, precision }
  }

  /** `[n]` names the argument, counted from 1. */
  #index(): void {
    this.#isAfterIndex = false
    if (!this.#cursor.take('[')) return
    this.#isReordered = true
    const number = this.#cursor.numberInBrackets()
    this.#isAfterIndex = number !== undefined
    if (number === undefined || number < 1 || number > this.#args.length) this.#hasGoodIndex = false
    else this.#argument = number - 1
  }

  #star(): boolean {
    const isStar = this.#cursor.take('*')
    if (isStar) this.#isAfterIndex = false
    return isStar
  }

  /** The next argument as a width or precision; undefined when it is no integer or too large. */
  #numberOfArgument(): number | undefined {
    const value = this.#args[this.#argument]
    if (value === undefined) return undefined
    this.#argument++
    const number = Number(integerOf(value)?.value ?? Number.NaN)
    return Math.abs(number) <= largestNumber ? number : undefined
  }
}

/** For `%v` the flags `#` and `+` have a meaning of their own. */
function inGoSyntax(spec: Spec): Spec {
  return spec.sharp || spec.plus
    ? { ...spec, goSyntax: spec.sharp, withNames: spec.plus, sharp: false, plus: false }
    : spec
}
