import { isDigit, isSpace, showCharacter, widthOfAlphaNumeric } from './characters.ts'
import { lexNumber } from './lex-number.ts'
import { lexQuoted } from './lex-quoted.ts'
import type { Lexer } from './lexer.ts'
import { keywords, type TokenKind } from './tokens.ts'

/** Reads an action up to its right delimiter; false when it ended in an error. */
export function lexInsideAction(lexer: Lexer): boolean {
  while (lexer.rightDelimiter() === undefined) {
    lexToken(lexer)
    if (lexer.fault !== '') return false
  }
  if (lexer.openParentheses === 0) return true
  lexer.fail('unclosed left paren')
  return false
}

function lexToken(lexer: Lexer): void {
  const byte = lexer.byte()
  if (widthOfAlphaNumeric(lexer.text, lexer.at) > 0)
    return isDigit(byte) ? lexNumber(lexer) : lexIdentifier(lexer)
  if (isSpace(byte)) return lexSpace(lexer)
  if (lexQuoted(lexer)) return
  switch (lexer.text[lexer.at]) {
    case undefined:
      return lexer.fail('unclosed action')
    case '.':
      return isNumberAfterDot(lexer) ? lexNumber(lexer) : lexName(lexer, 'field', 'dot')
    case '$':
      return lexName(lexer, 'variable', 'variable')
    case '+':
    case '-':
      return lexNumber(lexer)
    default:
      return lexSign(lexer)
  }
}

/** A lone dot that ends the text is read as a number, which it is not: Go's own way to refuse it. */
function isNumberAfterDot(lexer: Lexer): boolean {
  return isDigit(lexer.byte(1)) || lexer.at + 1 === lexer.text.length
}

function lexSign(lexer: Lexer): void {
  const sign = lexer.text[lexer.at]
  lexer.at++
  if (sign === '=') return lexer.emit('assign')
  if (sign === '|') return lexer.emit('pipe')
  if (sign === '(') return lexParenthesis(lexer, 'open', 1)
  if (sign === ')') return lexParenthesis(lexer, 'close', -1)
  if (sign === ':') return lexDeclare(lexer)
  const code = lexer.byte(-1)
  if (code > 0x20 && code < 0x7f) return lexer.emit('other')
  lexer.fail(`unrecognized character in action: ${showCharacter(lexer.text, lexer.start)}`)
}

function lexDeclare(lexer: Lexer): void {
  if (lexer.text[lexer.at] !== '=') return lexer.fail('expected :=')
  lexer.at++
  lexer.emit('declare')
}

function lexParenthesis(lexer: Lexer, kind: TokenKind, more: number): void {
  lexer.openParentheses += more
  if (lexer.openParentheses < 0) lexer.fail('unexpected right paren')
  else lexer.emit(kind)
}

/** The last space before a minus and the right delimiter is part of the trim marker. */
function lexSpace(lexer: Lexer): void {
  while (isSpace(lexer.byte()) && lexer.rightDelimiter() === undefined) lexer.at++
  lexer.emit('space')
}

function lexIdentifier(lexer: Lexer): void {
  if (!skipName(lexer)) return
  const word = lexer.text.slice(lexer.start, lexer.at)
  lexer.emit(kindOfWord.get(word) ?? 'identifier')
}

const kindOfWord: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ...keywords.map((it): [string, TokenKind] => [it, it]),
  ['true', 'bool'],
  ['false', 'bool'],
])

/** Reads what begins with a dot or a dollar sign; `alone` is what that sign is when nothing follows it. */
function lexName(lexer: Lexer, kind: TokenKind, alone: TokenKind): void {
  lexer.at++
  if (isAtTerminator(lexer)) return lexer.emit(alone)
  if (skipName(lexer)) lexer.emit(kind)
}

/** Moves behind the letters and digits; false when what follows cannot follow a name. */
function skipName(lexer: Lexer): boolean {
  for (let width = -1; width !== 0; lexer.at += width) width = widthOfAlphaNumeric(lexer.text, lexer.at)
  if (isAtTerminator(lexer)) return true
  lexer.fail(`bad character ${showCharacter(lexer.text, lexer.at)}`)
  return false
}

function isAtTerminator(lexer: Lexer): boolean {
  const byte = lexer.byte()
  if (isSpace(byte) || Number.isNaN(byte) || terminators.has(byte)) return true
  return lexer.rightDelimiter() !== undefined
}

const terminators = new Set(Array.from('.,|:()', (it) => it.charCodeAt(0)))
