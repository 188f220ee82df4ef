import { TemplateError } from '../error.ts'
import { textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import type { Definition, Node, PipeNode } from './nodes.ts'
import { placeAt, shown } from './place.ts'
import { Scope } from './scope.ts'
import type { TokenKind, Tokens } from './tokens.ts'

/** What a pipeline and a list need of each other; handed in, so that the files import in one direction. */
export interface Grammar {
  pipeline(parser: Parser, context: string, end: TokenKind): PipeNode
  list(parser: Parser): Listing
}

/** A list of nodes, and what ended it. */
export interface Listing {
  readonly nodes: readonly Node[]
  readonly ending: 'end' | 'else'
}

/** Parentheses and `if`, `with`, `range` and `block` within each other; further down the stack might not suffice. */
const mostNested = 100

/** Where the parsing of one template stands. */
export class Parser {
  readonly name: string
  readonly tokens: Tokens
  readonly grammar: Grammar
  readonly isFunction: (name: GoString) => boolean
  readonly definitions = new Map<GoString, Definition>()
  readonly functionNames = new Set<GoString>()
  scope = new Scope()
  /** Where the action that is being parsed begins. */
  actionAt = 0
  #next = 0
  #furthest = 0
  #nested = 0

  constructor(name: string, tokens: Tokens, grammar: Grammar, isFunction: (name: GoString) => boolean) {
    this.name = name
    this.tokens = tokens
    this.grammar = grammar
    this.isFunction = isFunction
  }

  /** The token to come, by its number; the last one stays. */
  get token(): number {
    const token = Math.min(this.#next, this.tokens.kinds.length - 1)
    if (token > this.#furthest) this.#furthest = token
    return token
  }

  get kind(): TokenKind {
    return this.tokens.kinds[this.token] ?? 'eof'
  }

  /** Where the token to come begins. */
  get at(): number {
    return this.tokens.starts[this.token] ?? 0
  }

  get text(): GoString {
    return this.textOf(this.token)
  }

  textOf(token: number): GoString {
    return this.tokens.text.slice(this.tokens.starts[token], this.tokens.ends[token])
  }

  /** Takes the token to come. */
  take(): number {
    const { token } = this
    this.#next = token + 1
    return token
  }

  /** Goes back to a token that was taken. */
  backTo(token: number): void {
    this.#next = token
  }

  skipSpace(): this {
    while (this.kind === 'space') this.take()
    return this
  }

  /** Takes a token that must be there. */
  expect(kind: TokenKind, context: string): number {
    if (this.skipSpace().kind !== kind) this.unexpected(context)
    return this.take()
  }

  /** Parses one level further down. */
  nested<Result>(parse: () => Result): Result {
    if (this.#nested >= mostNested) this.fail(`more than ${mostNested} levels of nesting`)
    this.#nested++
    const result = parse()
    this.#nested--
    return result
  }

  /** Says that the token to come cannot stand here. */
  unexpected(context: string): never {
    if (this.kind !== 'error') this.fail(`unexpected ${this.#shown()} in ${context}`)
    this.fail(this.tokens.fault + this.#beginning())
  }

  /** Fails at a place, or else at the last token that was looked at. */
  fail(message: string, at = this.tokens.starts[this.#furthest] ?? 0): never {
    throw new TemplateError(message, placeAt(this.name, this.tokens.text, at))
  }

  #shown(): string {
    const { kind, text } = this
    if (kind === 'eof') return 'EOF'
    return text === kind || kind === 'dot' ? `<${textOf(text)}>` : shown(text, 10)
  }

  /** An action that does not end may have begun many lines before. */
  #beginning(): string {
    const { line } = placeAt(this.name, this.tokens.text, this.actionAt)
    const isElsewhere = line !== placeAt(this.name, this.tokens.text, this.at).line
    return isElsewhere ? `, in the action that begins in line ${line}` : ''
  }
}
