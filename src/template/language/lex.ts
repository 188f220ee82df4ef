import type { GoString } from '../value/value.ts'
import { isSpace } from './characters.ts'
import { lexInsideAction } from './lex-action.ts'
import { Lexer } from './lexer.ts'
import type { Tokens } from './tokens.ts'

/** The tokens of a template. Comments are gone, and so is the space that trim markers take away. */
export function lex(text: GoString, left: GoString, right: GoString): Tokens {
  const lexer = new Lexer(text, left, right)
  while (lexText(lexer)) {
    if (!lexComment(lexer)) lexAction(lexer)
    if (lexer.kinds.at(-1) === 'error') return lexer
  }
  return lexer
}

/** Reads up to the next action; false at the end of the text. */
function lexText(lexer: Lexer): boolean {
  const { text, left, at } = lexer
  const action = text.indexOf(left, at)
  const end = action === -1 ? text.length : action
  const isTrimmed = action !== -1 && lexer.hasTrimMarkerAt(action + left.length)
  lexer.at = isTrimmed ? endWithoutSpace(text, at, end) : end
  if (lexer.at > at) lexer.emit('text')
  lexer.skipTo(end)
  if (action === -1) lexer.emit('eof')
  return action !== -1
}

/** A left delimiter may be followed by a minus and a space, which belong to it. */
function endOfLeftDelimiter(lexer: Lexer): number {
  const end = lexer.at + lexer.left.length
  return lexer.hasTrimMarkerAt(end) ? end + 2 : end
}

/** Reads a comment with its delimiters; false when something else stands there. */
function lexComment(lexer: Lexer): boolean {
  const begin = endOfLeftDelimiter(lexer)
  if (!lexer.text.startsWith('/*', begin)) return false
  lexer.skipTo(begin)
  const end = lexer.text.indexOf('*/', begin + 2)
  if (end === -1) {
    lexer.fail('unclosed comment')
    return true
  }
  lexer.at = end + 2
  if (lexer.rightDelimiter() === undefined) lexer.fail('comment ends before closing delimiter')
  else skipRightDelimiter(lexer)
  return true
}

function lexAction(lexer: Lexer): void {
  const end = endOfLeftDelimiter(lexer)
  lexer.at += lexer.left.length
  lexer.emit('left')
  lexer.skipTo(end)
  lexer.openParentheses = 0
  if (!lexInsideAction(lexer)) return
  const begin = lexer.at
  skipRightDelimiter(lexer)
  const after = lexer.at
  lexer.start = begin
  lexer.emit('right')
  lexer.skipTo(after)
}

/** Moves behind the right delimiter, and behind the space that its trim marker takes away. */
function skipRightDelimiter(lexer: Lexer): void {
  const isTrimming = lexer.rightDelimiter() === 'trimming'
  let at = lexer.at + lexer.right.length + (isTrimming ? 2 : 0)
  if (isTrimming) while (isSpace(lexer.text.charCodeAt(at))) at++
  lexer.skipTo(at)
}

function endWithoutSpace(text: GoString, begin: number, end: number): number {
  let at = end
  while (at > begin && isSpace(text.charCodeAt(at - 1))) at--
  return at
}
