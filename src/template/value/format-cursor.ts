import { goString, runeAt } from './bytes.ts'
import { plainSpec, type Spec } from './format-spec.ts'
import type { GoString } from './value.ts'

/** Numbers beyond this in a format are no width, precision or index. */
export const largestNumber = 1_000_000

const flagOf: ReadonlyMap<string, 'minus' | 'plus' | 'sharp' | 'space' | 'zero'> = new Map([
  ['-', 'minus'],
  ['+', 'plus'],
  ['#', 'sharp'],
  [' ', 'space'],
  ['0', 'zero'],
])

/** A place in a format string that moves on as parts of a directive are read. */
export class FormatCursor {
  readonly #format: GoString
  #at = 0

  constructor(format: GoString) {
    this.#format = format
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#format.length
  }

  get isAtLastByte(): boolean {
    return this.#at === this.#format.length - 1
  }

  /** The text up to the next `%`, or to the end. */
  literal(): GoString {
    const end = this.#format.indexOf('%', this.#at)
    const text = this.#format.slice(this.#at, end === -1 ? undefined : end)
    this.#at += text.length
    return text
  }

  /** Moves past that character when it stands here. */
  take(char: string): boolean {
    if (this.#format[this.#at] !== char) return false
    this.#at++
    return true
  }

  /** The flags of a directive, without width and precision. */
  flags(): Spec {
    let spec = plainSpec
    for (; !this.isAtEnd; this.#at++) {
      const flag = flagOf.get(this.#format.charAt(this.#at))
      if (flag === undefined) break
      if (!spec[flag]) spec = { ...spec, [flag]: true }
    }
    return spec
  }

  /** The number that begins here, if one does; one that is too large swallows the rest of the format, as in Go. */
  number(): number | undefined {
    const start = this.#at
    while (isDigit(this.#format[this.#at])) this.#at++
    if (this.#at === start) return undefined
    const number = numberOf(this.#format.slice(start, this.#at))
    if (number === undefined) this.#at = this.#format.length
    return number
  }

  /** The number in the brackets of which the first has been read; undefined when there is none or no end. */
  numberInBrackets(): number | undefined {
    // Go looks for no end where the shortest index would not fit.
    if (this.#at + '1]'.length > this.#format.length) return undefined
    const end = this.#format.indexOf(']', this.#at)
    if (end === -1) return undefined
    const number = numberOf(this.#format.slice(this.#at, end))
    this.#at = end + 1
    return number
  }

  /** The character that stands here, which is there. */
  verb(): GoString {
    const { rune, width } = runeAt(this.#format, this.#at)
    this.#at += width
    return goString(String.fromCodePoint(rune))
  }
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9'
}

/** Undefined when it is no number or too large. Go looks at the size before each digit, so one digit more may pass. */
function numberOf(digits: string): number | undefined {
  if (!/^[0-9]+$/.test(digits)) return undefined
  return Number(digits.slice(0, -1)) > largestNumber ? undefined : Number(digits)
}
