import type { Budget } from '../budget.ts'
import { isBreak } from './yaml-source.ts'
import { isPrintable, type ScalarStyle } from './yaml-style.ts'

/** A space behind this column may become a line break. */
const bestWidth = 80

const doubleEscapes = new Map([
  ['\0', '0'],
  ['\x07', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\x1b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\u0085', 'N'],
  ['\u00a0', '_'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
])

/** The page that YAML is written on: it knows the column, and where a line or a space must come first. */
export class YamlWriter {
  #text = ''
  #column = 0
  #afterSpace = true
  #atLineStart = true
  readonly #budget: Budget

  constructor(budget: Budget) {
    this.#budget = budget
  }

  get text(): string {
    return this.#text
  }

  /** True where nothing but indentation and indicators stands on the line. */
  get atLineStart(): boolean {
    return this.#atLineStart
  }

  /** Goes to a column: on this line where only indicators stand before it, else on the next. */
  indent(column: number): void {
    const isPast = this.#column > column || (this.#column === column && !this.#afterSpace)
    if (!this.#atLineStart || isPast) this.#break('\n')
    this.#put(' '.repeat(Math.max(0, column - this.#column)))
    this.#afterSpace = true
    this.#atLineStart = true
  }

  /** `-`, `?` and `:` at the beginning of a line leave it open for more of them. */
  indicator(text: string, options: { readonly spaced: boolean; readonly opensLine: boolean }): void {
    if (options.spaced) this.#space()
    this.#put(text)
    this.#afterSpace = false
    this.#atLineStart = this.#atLineStart && options.opensLine
  }

  /** A scalar whose further lines begin at a column; a key is never folded. */
  scalar(text: string, style: ScalarStyle, column: number, isKey: boolean): void {
    this.#budget.step(1 + (text.length >> 4))
    this.#space()
    if (style === 'literal') this.#literal(text, column)
    else this.#folded(text, style, column, !isKey)
  }

  #literal(text: string, column: number): void {
    this.#put(`|${literalHints(text)}`)
    this.#break('\n')
    for (const [line, lineBreak] of linesOf(text)) {
      if (line !== '') this.#line(line, column)
      if (lineBreak !== '') this.#break(lineBreak)
    }
    this.#afterSpace = true
  }

  #line(text: string, column: number): void {
    this.indent(column)
    this.#put(text)
    this.#atLineStart = false
  }

  #folded(text: string, style: ScalarStyle, column: number, mayFold: boolean): void {
    const quote = quoteOf(style)
    this.#put(quote)
    this.#atLineStart = false
    if (style !== 'double' && !mayFold && !text.includes("'")) this.#put(text)
    else this.#characters(Array.from(text), style, column, mayFold)
    this.#put(quote)
    this.#afterSpace = false
    this.#atLineStart = false
  }

  #characters(characters: readonly string[], style: ScalarStyle, column: number, mayFold: boolean): void {
    const escapesAll = style === 'double' && characters[0] === '\ufeff'
    let afterSpace = false
    let afterBreak = false
    for (const [index, character] of characters.entries()) {
      if (character === ' ' && !escapesAll) {
        const folds = mayFold && !afterSpace && this.#column > bestWidth && canFold(characters, index, style)
        if (folds) this.#fold(column, style === 'double' && characters[index + 1] === ' ')
        else this.#put(' ')
        afterSpace = true
      } else if (style !== 'double' && isBreak(character)) {
        this.#break(character)
        afterBreak = true
      } else {
        if (afterBreak) this.indent(column)
        this.#put(style === 'double' ? escaped(character, escapesAll) : doubled(character, style))
        this.#atLineStart = false
        afterSpace = false
        afterBreak = false
      }
    }
  }

  #fold(column: number, nextIsSpace: boolean): void {
    this.indent(column)
    if (nextIsSpace) this.#put('\\')
  }

  #space(): void {
    if (!this.#afterSpace) this.#put(' ')
  }

  #put(text: string): void {
    this.#budget.allocate(text.length)
    this.#text += text
    this.#column += text.length < 2 ? text.length : Array.from(text).length
  }

  #break(lineBreak: string): void {
    this.#text += lineBreak
    this.#column = 0
    this.#atLineStart = true
  }
}

function quoteOf(style: ScalarStyle): string {
  if (style === 'single') return "'"
  return style === 'double' ? '"' : ''
}

function canFold(characters: readonly string[], index: number, style: ScalarStyle): boolean {
  if (style === 'plain') return characters[index + 1] !== ' '
  if (index === 0 || index === characters.length - 1) return false
  return style === 'double' || characters[index + 1] !== ' '
}

function doubled(character: string, style: ScalarStyle): string {
  return style === 'single' && character === "'" ? "''" : character
}

/** go-yaml escapes everything in a text that begins with a byte order mark. */
function escaped(character: string, always: boolean): string {
  const mustEscape =
    always || !isPrintable(character) || isBreak(character) || character === '"' || character === '\\'
  if (!mustEscape) return character
  const letter = doubleEscapes.get(character)
  return letter === undefined ? codePointEscape(character.codePointAt(0) ?? 0) : `\\${letter}`
}

function codePointEscape(rune: number): string {
  const digits = rune.toString(16).toUpperCase()
  if (rune <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return rune <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

/** The indentation where the text begins with a space, and what becomes of the breaks at its end. */
function literalHints(text: string): string {
  const indent = text.startsWith(' ') || isBreak(text.charAt(0)) ? '2' : ''
  if (!isBreak(text.slice(-1))) return `${indent}-`
  return text.length === 1 || isBreak(text.slice(-2, -1)) ? `${indent}+` : indent
}

/** Lines with the breaks that end them. */
function* linesOf(text: string): Generator<readonly [line: string, lineBreak: string]> {
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (!isBreak(text.charAt(at))) continue
    yield [text.slice(from, at), text.charAt(at)]
    from = at + 1
  }
  if (from < text.length) yield [text.slice(from), '']
}
