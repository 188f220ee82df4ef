import type { Lexer } from './lexer.ts'
import type { TokenKind } from './tokens.ts'

interface Quote {
  readonly kind: TokenKind
  readonly name: string
}

const quotes: ReadonlyMap<number, Quote> = new Map([
  [0x22, { kind: 'string', name: 'quoted string' }],
  [0x27, { kind: 'character', name: 'character constant' }],
  [0x60, { kind: 'raw string', name: 'raw quoted string' }],
])

/**
 * Reads a string or character with its quotes; false when no quote stands there. A raw string may hold anything but
 * its quote; the others end at the line's end and know the backslash.
 */
export function lexQuoted(lexer: Lexer): boolean {
  const quote = lexer.byte()
  const known = quotes.get(quote)
  if (known !== undefined) lexTo(lexer, quote, known)
  return known !== undefined
}

function lexTo(lexer: Lexer, quote: number, { kind, name }: Quote): void {
  const isRaw = kind === 'raw string'
  for (lexer.at++; lexer.byte() !== quote; lexer.at++) {
    if (!isRaw && lexer.byte() === backslash) lexer.at++
    const byte = lexer.byte()
    if (Number.isNaN(byte) || (!isRaw && byte === newline)) return lexer.fail(`unterminated ${name}`)
  }
  lexer.at++
  lexer.emit(kind)
}

const backslash = 0x5c
const newline = 0x0a
