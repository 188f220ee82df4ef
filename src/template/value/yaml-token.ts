/** What the scanner makes of a YAML text. */
export type TokenType =
  | 'stream end'
  | 'version'
  | 'tag directive'
  | 'document start'
  | 'document end'
  | 'block sequence'
  | 'block mapping'
  | 'block end'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | '-'
  | '?'
  | ':'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'

/** One token; its line counts from 0. */
export interface Token {
  readonly type: TokenType
  readonly line: number
  /** A scalar's text, an anchor's name, a tag's handle, the number of a version. */
  readonly value: string
  /** A tag's suffix, or the prefix that a directive gives a handle. */
  readonly suffix: string
  /** A scalar without quotes and indicators. */
  readonly isPlain: boolean
}

/** A token that is its type alone, unless more is said. */
export function token(type: TokenType, line: number, rest: Partial<Token> = {}): Token {
  return { type, line, value: '', suffix: '', isPlain: false, ...rest }
}
