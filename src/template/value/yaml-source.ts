import type { Budget } from '../budget.ts'
import type { GoString } from './value.ts'
import { scannerFault, type YamlFault } from './yaml-fault.ts'
import { yamlText } from './yaml-text.ts'

/** Where the source stands: in UTF-16 code units, lines from 0. */
export interface Mark {
  readonly at: number
  readonly line: number
  readonly column: number
}

/** The characters of a YAML text, one after another. What lies behind the end is `''`. */
export class YamlSource {
  at = 0
  line = 0
  column = 0
  readonly #text: string
  readonly #fault: YamlFault | undefined
  readonly #budget: Budget

  constructor(bytes: GoString, budget: Budget) {
    budget.step(bytes.length >> 6)
    budget.allocate(bytes.length)
    const { text, fault } = yamlText(bytes)
    this.#text = text
    this.#fault = fault
    this.#budget = budget
  }

  get mark(): Mark {
    return { at: this.at, line: this.line, column: this.column }
  }

  /** The character so many places ahead. Throws YamlFault where it is none that YAML allows. */
  peek(ahead = 0): string {
    const at = this.at + ahead
    if (at >= this.#text.length && this.#fault !== undefined) throw this.#fault
    return this.#text.charAt(at)
  }

  /** What a sticky pattern that spans no line matches here; the source then stands behind it. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const text = pattern.exec(this.#text)?.[0] ?? ''
    this.#budget.step(1 + (text.length >> 6))
    this.skip(text.length)
    return text
  }

  startsWith(text: string): boolean {
    return this.#text.startsWith(text, this.at)
  }

  skip(count = 1): void {
    this.at += count
    this.column += count
  }

  /** Takes a line break and gives what it stands for: a line feed, save for U+2028 and U+2029. */
  takeBreak(): string {
    this.#budget.step()
    const first = this.peek()
    this.at += first === '\r' && this.peek(1) === '\n' ? 2 : 1
    this.line++
    this.column = 0
    return first === '\u2028' || first === '\u2029' ? first : '\n'
  }

  /** Stands at `---` or `...` that begins or ends a document. */
  isAtDocumentMarker(): boolean {
    if (this.column !== 0) return false
    return (this.startsWith('---') || this.startsWith('...')) && isBlankOrEnd(this.peek(3))
  }

  /** Characters between a place before and here. */
  charactersSince(at: number): number {
    const units = this.at - at
    return units <= 1024 ? units : Array.from(this.#text.slice(at, this.at)).length
  }

  fault(message: string): YamlFault {
    return scannerFault(message, this.line)
  }
}

/** Breaks of YAML 1.1. */
export function isBreak(character: string): boolean {
  return (
    character === '\n' ||
    character === '\r' ||
    character === '\u0085' ||
    character === '\u2028' ||
    character === '\u2029'
  )
}

/** Blank in the sense of YAML: a space or a tab. */
export function isBlank(character: string): boolean {
  return character === ' ' || character === '\t'
}

/** The end of the source reads as an empty character. */
export function isBreakOrEnd(character: string): boolean {
  return character === '' || isBreak(character)
}

/** What ends a word: a blank, a line break or the end of the source. */
export function isBlankOrEnd(character: string): boolean {
  return isBlank(character) || isBreakOrEnd(character)
}
