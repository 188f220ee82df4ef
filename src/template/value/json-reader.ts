import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { goString, textOf } from './bytes.ts'
import { checkDepth } from './depth.ts'
import { dict, type GoString, list, type Value } from './value.ts'

const space = /[ \t\r\n]*/y
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const unescaped = /[ !#-[\]-\xff]*/y
const hex4 = /^[0-9a-fA-F]{4}$/
const literals: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]
const shortEscapes = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
])

/** Reads one JSON text by the rules of Go's encoding/json, which are those of RFC 8259. */
export class JsonReader {
  /** True once a number was met that is beyond float64; nil stands in its place. */
  outOfRange = false
  readonly #text: GoString
  readonly #budget: Budget
  #at = 0

  constructor(text: GoString, budget: Budget) {
    this.#text = text
    this.#budget = budget
  }

  /** The value. Throws FunctionError with the byte at which the text is no JSON. */
  read(): Value {
    const value = this.readFirst()
    if (this.#at < this.#text.length) throw this.#fault()
    return value
  }

  /** The value at the beginning, whatever follows it. */
  readFirst(): Value {
    this.#budget.step(this.#text.length >> 6)
    return this.#value(0)
  }

  #value(level: number): Value {
    this.#budget.step()
    this.#budget.allocate(16)
    this.#match(space)
    const value = this.#valueAt(level)
    this.#match(space)
    return value
  }

  #valueAt(level: number): Value {
    const first = this.#text[this.#at]
    if (first === '{') return this.#object(level + 1)
    if (first === '[') return this.#array(level + 1)
    if (first === '"') return this.#string()
    for (const [word, value] of literals) if (this.#skip(word)) return value
    return this.#number()
  }

  #object(level: number): Value {
    checkDepth(level)
    const entries = new Map<GoString, Value>()
    this.#skip('{')
    this.#match(space)
    if (this.#skip('}')) return dict(entries)
    do {
      this.#match(space)
      const key = this.#string()
      this.#match(space)
      this.#expect(':')
      entries.set(key, this.#value(level))
    } while (this.#skip(','))
    this.#expect('}')
    return dict(entries)
  }

  #array(level: number): Value {
    checkDepth(level)
    const items: Value[] = []
    this.#skip('[')
    this.#match(space)
    if (this.#skip(']')) return list(items)
    do items.push(this.#value(level))
    while (this.#skip(','))
    this.#expect(']')
    return list(items)
  }

  #number(): Value {
    const text = this.#match(number)
    if (text === '') throw this.#fault()
    const value = Number(text)
    if (Number.isFinite(value)) return value
    this.outOfRange = true
    return null
  }

  #string(): GoString {
    this.#expect('"')
    let value = ''
    for (;;) {
      value += whole(this.#match(unescaped))
      if (this.#skip('"')) break
      value += this.#escape()
    }
    this.#budget.allocate(value.length)
    return value
  }

  #escape(): GoString {
    this.#expect('\\')
    const letter = this.#text[this.#at] ?? ''
    if (letter === 'u') return goString(String.fromCodePoint(this.#unicode()))
    const text = shortEscapes.get(letter)
    if (text === undefined) throw this.#fault()
    this.#at++
    return text
  }

  /** Half a surrogate pair stands for no character: U+FFFD. */
  #unicode(): number {
    const first = this.#codeUnit()
    if (first < 0xd800 || first > 0xdfff) return first
    if (first > 0xdbff || !this.#text.startsWith('\\u', this.#at)) return 0xfffd
    const begin = this.#at++
    const second = this.#codeUnit()
    if (second >= 0xdc00 && second <= 0xdfff) return 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff)
    this.#at = begin
    return 0xfffd
  }

  #codeUnit(): number {
    const digits = this.#text.slice(this.#at + 1, this.#at + 5)
    if (!hex4.test(digits)) throw this.#fault()
    this.#at += 5
    return Number.parseInt(digits, 16)
  }

  #match(pattern: RegExp): GoString {
    pattern.lastIndex = this.#at
    const text = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += text.length
    return text
  }

  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw this.#fault()
  }

  #fault(): FunctionError {
    const where = this.#at < this.#text.length ? `at byte ${this.#at}` : 'at its end'
    return new FunctionError(`is not JSON ${where}`)
  }
}

/** The same with U+FFFD for each byte that is no UTF-8. */
function whole(value: GoString): GoString {
  return goString(textOf(value))
}
