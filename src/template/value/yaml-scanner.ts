import type { Budget } from '../budget.ts'
import { checkDepth } from './depth.ts'
import type { GoString } from './value.ts'
import { takeBlockScalar } from './yaml-block-scalar.ts'
import { takePlain, takeQuoted } from './yaml-scalars.ts'
import { isBlank, isBlankOrEnd, isBreak, type Mark, YamlSource } from './yaml-source.ts'
import { takeAnchor, takeDirective, takeTag } from './yaml-tags.ts'
import { type Token, type TokenType, token } from './yaml-token.ts'

/** A place where a key may have begun without `?`: one line and 1024 characters at most before its `:`. */
interface SimpleKey {
  readonly mark: Mark
  readonly tokenNumber: number
  /** Nothing but a key can stand there. */
  readonly isRequired: boolean
}

/** The block around everything, or a flow collection that is open. */
interface Level {
  key: SimpleKey | undefined
  /** The token that began the level, or that of its last possible key. */
  tokenNumber: number
}

const longestKey = 1024
const comment = /#[^\r\n\u0085\u2028\u2029]*/y
const neverPlain = new Set('-?:,[]{}#&*!|>\'"%@`')

/** Makes tokens of a YAML 1.1 text, by the rules of libyaml, which go-yaml follows. */
export class YamlScanner {
  readonly #source: YamlSource
  #queue: Token[] = []
  #taken = 0
  #isDone = false
  #indent = -1
  #indents: number[] = []
  readonly #block: Level = { key: undefined, tokenNumber: 0 }
  readonly #flows: Level[] = []
  /** Levels by the token that may turn out to begin a key. */
  readonly #waiting = new Map<number, Level>()
  #keyMayBegin = true

  constructor(bytes: GoString, budget: Budget) {
    this.#source = new YamlSource(bytes, budget)
  }

  /** The next token, which stays. Throws YamlFault. */
  peek(): Token {
    for (;;) {
      const head = this.#queue[0]
      if (head !== undefined && !this.#mayBecomeKey()) return head
      if (this.#isDone && head === undefined) return token('stream end', this.#source.line)
      this.#fetch()
    }
  }

  /** The next token, which is then past. Throws YamlFault. */
  take(): Token {
    const head = this.peek()
    this.#queue.shift()
    this.#taken++
    return head
  }

  get #inFlow(): boolean {
    return this.#flows.length > 0
  }

  get #level(): Level {
    return this.#flows.at(-1) ?? this.#block
  }

  /** A key that is possible may yet put tokens before the first one. */
  #mayBecomeKey(): boolean {
    const level = this.#waiting.get(this.#taken)
    return level !== undefined && this.#liveKey(level) !== undefined
  }

  /** The possible key of a level, unless it has grown too long. */
  #liveKey(level: Level): SimpleKey | undefined {
    const { key } = level
    if (key === undefined) return undefined
    const isNear =
      key.mark.line === this.#source.line && this.#source.charactersSince(key.mark.at) <= longestKey
    if (isNear) return key
    this.#dropKey(level)
    return undefined
  }

  #dropKey(level = this.#level): void {
    const { key } = level
    if (key === undefined) return
    if (key.isRequired) throw this.#source.fault("could not find expected ':'")
    level.key = undefined
    this.#waiting.delete(key.tokenNumber)
  }

  #saveKey(): void {
    if (!this.#keyMayBegin) return
    this.#dropKey()
    const { mark } = this.#source
    const isRequired = !this.#inFlow && this.#indent === mark.column
    const level = this.#level
    level.tokenNumber = this.#nextNumber
    level.key = { mark, tokenNumber: level.tokenNumber, isRequired }
    this.#waiting.set(level.tokenNumber, level)
  }

  get #nextNumber(): number {
    return this.#taken + this.#queue.length
  }

  #fetch(): void {
    this.#skipToToken()
    this.#unroll(this.#source.column)
    const source = this.#source
    const first = source.peek()
    if (first === '') return this.#end()
    if (source.column === 0 && first === '%') return this.#fetchAlone(takeDirective)
    if (source.isAtDocumentMarker()) return this.#fetchAlone(takeMarker)
    if (first === '[' || first === '{') return this.#open(first)
    if (first === ']' || first === '}') return this.#close(first)
    if (first === ',') return this.#entry(',')
    if (first === '-' && isBlankOrEnd(source.peek(1))) return this.#blockEntry()
    if (first === '?' && (this.#inFlow || isBlankOrEnd(source.peek(1)))) return this.#key()
    if (first === ':' && (this.#inFlow || isBlankOrEnd(source.peek(1)))) return this.#value()
    this.#fetchNode(first)
  }

  #fetchNode(first: string): void {
    if (first === '*' || first === '&') return this.#fetchInLine(takeAnchor)
    if (first === '!') return this.#fetchInLine(takeTag)
    if ((first === '|' || first === '>') && !this.#inFlow) return this.#blockScalar()
    if (first === "'" || first === '"') return this.#fetchInLine(takeQuotedToken)
    if (this.#beginsPlain(first)) return this.#plain()
    throw this.#source.fault('found character that cannot start any token')
  }

  #beginsPlain(first: string): boolean {
    if (!isBlank(first) && !neverPlain.has(first)) return true
    const next = this.#source.peek(1)
    if (first === '-') return !isBlank(next)
    return (first === '?' || first === ':') && !this.#inFlow && !isBlankOrEnd(next)
  }

  #skipToToken(): void {
    const source = this.#source
    for (;;) {
      while (source.peek() === ' ' || (source.peek() === '\t' && (this.#inFlow || !this.#keyMayBegin))) {
        source.skip()
      }
      if (source.peek() === '#') source.take(comment)
      if (!isBreak(source.peek())) return
      source.takeBreak()
      if (!this.#inFlow) this.#keyMayBegin = true
    }
  }

  #end(): void {
    if (this.#source.column !== 0) {
      this.#source.column = 0
      this.#source.line++
    }
    this.#unroll(-1)
    this.#dropKey()
    this.#keyMayBegin = false
    this.#isDone = true
    this.#push(token('stream end', this.#source.line))
  }

  /** A directive or a marker ends every block. */
  #fetchAlone(take: (source: YamlSource) => Token): void {
    this.#unroll(-1)
    this.#dropKey()
    this.#keyMayBegin = false
    this.#push(take(this.#source))
  }

  /** What may be a key without `?`, or begin one. */
  #fetchInLine(take: (source: YamlSource) => Token): void {
    this.#saveKey()
    this.#keyMayBegin = false
    this.#push(take(this.#source))
  }

  #open(type: '[' | '{'): void {
    this.#saveKey()
    this.#flows.push({ key: undefined, tokenNumber: this.#nextNumber })
    checkDepth(this.#flows.length)
    this.#keyMayBegin = true
    this.#pushIndicator(type)
  }

  /** As in go-yaml, an empty collection is forgotten to be a possible key, and so cannot be one. */
  #close(type: ']' | '}'): void {
    this.#dropKey()
    const level = this.#flows.pop()
    if (level !== undefined) this.#waiting.delete(level.tokenNumber)
    this.#keyMayBegin = false
    this.#pushIndicator(type)
  }

  #entry(type: ',' | '-'): void {
    this.#dropKey()
    this.#keyMayBegin = true
    this.#pushIndicator(type)
  }

  #blockEntry(): void {
    if (!this.#inFlow) {
      this.#checkKeyMayBegin('block sequence entries are not allowed in this context')
      this.#roll(this.#source.mark, 'block sequence')
    }
    this.#entry('-')
  }

  #key(): void {
    if (!this.#inFlow) {
      this.#checkKeyMayBegin('mapping keys are not allowed in this context')
      this.#roll(this.#source.mark, 'block mapping')
    }
    this.#dropKey()
    this.#keyMayBegin = !this.#inFlow
    this.#pushIndicator('?')
  }

  #value(): void {
    const key = this.#liveKey(this.#level)
    if (key === undefined) this.#valueWithoutKey()
    else this.#valueOf(key)
    this.#pushIndicator(':')
  }

  #valueOf(key: SimpleKey): void {
    this.#insert(key.tokenNumber, token('?', key.mark.line))
    this.#roll(key.mark, 'block mapping', key.tokenNumber)
    this.#level.key = undefined
    this.#waiting.delete(key.tokenNumber)
    this.#keyMayBegin = false
  }

  #valueWithoutKey(): void {
    if (!this.#inFlow) {
      this.#checkKeyMayBegin('mapping values are not allowed in this context')
      this.#roll(this.#source.mark, 'block mapping')
    }
    this.#keyMayBegin = !this.#inFlow
  }

  #checkKeyMayBegin(message: string): void {
    if (!this.#keyMayBegin) throw this.#source.fault(message)
  }

  #blockScalar(): void {
    this.#dropKey()
    this.#keyMayBegin = true
    const { line } = this.#source
    this.#push(token('scalar', line, { value: takeBlockScalar(this.#source, this.#indent) }))
  }

  #plain(): void {
    this.#saveKey()
    this.#keyMayBegin = false
    const { line } = this.#source
    const { text, isBroken } = takePlain(this.#source, this.#indent + 1, this.#inFlow)
    this.#push(token('scalar', line, { value: text, isPlain: true }))
    if (isBroken) this.#keyMayBegin = true
  }

  /** Begins a block collection where its first entry stands further in than what is around it. */
  #roll(mark: Mark, type: 'block sequence' | 'block mapping', tokenNumber?: number): void {
    if (this.#inFlow || this.#indent >= mark.column) return
    this.#indents.push(this.#indent)
    checkDepth(this.#indents.length)
    this.#indent = mark.column
    this.#insert(tokenNumber ?? this.#nextNumber, token(type, mark.line))
  }

  /** Ends the block collections that stand further in. */
  #unroll(column: number): void {
    if (this.#inFlow) return
    while (this.#indent > column) {
      this.#push(token('block end', this.#source.line))
      this.#indent = this.#indents.pop() ?? -1
    }
  }

  #pushIndicator(type: TokenType): void {
    const { line } = this.#source
    this.#source.skip()
    this.#push(token(type, line))
  }

  #push(it: Token): void {
    this.#queue.push(it)
  }

  #insert(tokenNumber: number, it: Token): void {
    this.#queue.splice(tokenNumber - this.#taken, 0, it)
  }
}

function takeMarker(source: YamlSource): Token {
  const { line } = source
  const type = source.peek() === '-' ? 'document start' : 'document end'
  source.skip(3)
  return token(type, line)
}

function takeQuotedToken(source: YamlSource): Token {
  const { line } = source
  return token('scalar', line, { value: takeQuoted(source) })
}
