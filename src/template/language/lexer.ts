import type { GoString } from '../value/value.ts'
import { isSpace } from './characters.ts'
import type { TokenKind, Tokens } from './tokens.ts'

/** Where the reading of a template stands, and the tokens read so far. */
export class Lexer implements Tokens {
  readonly text: GoString
  readonly left: GoString
  readonly right: GoString
  readonly kinds: TokenKind[] = []
  readonly starts: number[] = []
  readonly ends: number[] = []
  fault = ''
  /** Where the token that is being read begins. */
  start = 0
  at = 0
  openParentheses = 0

  constructor(text: GoString, left: GoString, right: GoString) {
    this.text = text
    this.left = left
    this.right = right
  }

  /** The byte at the place, or further on; NaN beyond the end. */
  byte(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead)
  }

  /** Ends the token at the place. */
  emit(kind: TokenKind): void {
    this.kinds.push(kind)
    this.starts.push(this.start)
    this.ends.push(this.at)
    this.start = this.at
  }

  /** Ends the reading: whatever follows is not looked at. */
  fail(fault: string): void {
    this.fault = fault
    this.emit('error')
  }

  /** Moves on without a token. */
  skipTo(at: number): void {
    this.at = at
    this.start = at
  }

  /** The right delimiter at the place: with a trim marker before it, without, or not at all. */
  rightDelimiter(): 'plain' | 'trimming' | undefined {
    if (isSpace(this.byte()) && this.byte(1) === minus && this.text.startsWith(this.right, this.at + 2))
      return 'trimming'
    return this.byte() === this.right.charCodeAt(0) && this.text.startsWith(this.right, this.at)
      ? 'plain'
      : undefined
  }

  /** Whether a left delimiter that ends at a byte is followed by a trim marker. */
  hasTrimMarkerAt(at: number): boolean {
    return this.text.charCodeAt(at) === minus && isSpace(this.text.charCodeAt(at + 1))
  }
}

const minus = 0x2d
