import type { GoString } from '../value/value.ts'

/** The words that cannot name a function. */
export const keywords = [
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'nil',
  'template',
  'with',
] as const

/** What a token is; `error` ends a list of tokens that could not be read to the end. */
export type TokenKind =
  | (typeof keywords)[number]
  | 'error'
  | 'text'
  | 'left'
  | 'right'
  | 'eof'
  | 'space'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'open'
  | 'close'
  | 'bool'
  | 'character'
  | 'complex'
  | 'dot'
  | 'field'
  | 'identifier'
  | 'number'
  | 'other'
  | 'raw string'
  | 'string'
  | 'variable'

/** The tokens of a template, side by side in three lists so that none needs an object; the last is `eof` or `error`. */
export interface Tokens {
  readonly text: GoString
  readonly kinds: readonly TokenKind[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  /** What is wrong, when the last token is an error. */
  readonly fault: string
}
