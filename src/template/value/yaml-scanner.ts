import type { Budget } from '../budget.ts'
import { checkDepth } from './depth.ts'
import type { GoString } from './value.ts'
import { takeBlockScalar } from './yaml-block-scalar.ts'
import { type PossibleKey, YamlKeys } from './yaml-keys.ts'
import { TokenQueue } from './yaml-queue.ts'
import { takePlain, takeQuoted } from './yaml-scalars.ts'
import { isBlank, isBlankOrEnd, isBreak, type Mark, YamlSource } from './yaml-source.ts'
import { takeAnchor, takeDirective, takeTag } from './yaml-tags.ts'
import { type Token, type TokenType, token } from './yaml-token.ts'

const comment = /#[^\r\n\u0085\u2028\u2029]*/y
const neverPlain = new Set('-?:,[]{}#&*!|>\'"%@`')

/** Makes tokens of a YAML 1.1 text, by the rules of libyaml, which go-yaml follows. */
export class YamlScanner {
  readonly #source: YamlSource
  readonly #keys: YamlKeys
  readonly #queue = new TokenQueue()
  #isDone = false
  #indent = -1
  readonly #indents: number[] = []
  #keyMayBegin = true

  constructor(bytes: GoString, budget: Budget) {
    this.#source = new YamlSource(bytes, budget)
    this.#keys = new YamlKeys(this.#source)
  }

  /** The next token, which stays: while it may begin a key, tokens may yet be put before it. Throws YamlFault. */
  peek(): Token {
    for (;;) {
      const { first, firstNumber } = this.#queue
      if (first !== undefined && !this.#keys.isWaiting(firstNumber)) return first
      if (this.#isDone && first === undefined) return token('stream end', this.#source.line)
      this.#fetch()
    }
  }

  /** The next token, which is then past. Throws YamlFault. */
  take(): Token {
    const first = this.peek()
    this.#queue.shift()
    return first
  }

  get #inFlow(): boolean {
    return this.#keys.inFlow
  }

  #saveKey(): void {
    if (!this.#keyMayBegin) return
    const { mark } = this.#source
    const isRequired = !this.#inFlow && this.#indent === mark.column
    this.#keys.save({ mark, tokenNumber: this.#queue.nextNumber, isRequired })
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
    this.#keys.drop()
    this.#keyMayBegin = false
    this.#isDone = true
    this.#queue.push(token('stream end', this.#source.line))
  }

  /** A directive or a marker ends every block. */
  #fetchAlone(take: (source: YamlSource) => Token): void {
    this.#unroll(-1)
    this.#keys.drop()
    this.#keyMayBegin = false
    this.#queue.push(take(this.#source))
  }

  /** What may be a key without `?`, or begin one. */
  #fetchInLine(take: (source: YamlSource) => Token): void {
    this.#saveKey()
    this.#keyMayBegin = false
    this.#queue.push(take(this.#source))
  }

  #open(type: '[' | '{'): void {
    this.#saveKey()
    this.#keys.open(this.#queue.nextNumber)
    this.#keyMayBegin = true
    this.#pushIndicator(type)
  }

  #close(type: ']' | '}'): void {
    this.#keys.close()
    this.#keyMayBegin = false
    this.#pushIndicator(type)
  }

  #entry(type: ',' | '-'): void {
    this.#keys.drop()
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
    this.#keys.drop()
    this.#keyMayBegin = !this.#inFlow
    this.#pushIndicator('?')
  }

  #value(): void {
    const key = this.#keys.live()
    if (key === undefined) this.#valueWithoutKey()
    else this.#valueOf(key)
    this.#pushIndicator(':')
  }

  #valueOf(key: PossibleKey): void {
    this.#queue.insert(key.tokenNumber, token('?', key.mark.line))
    this.#roll(key.mark, 'block mapping', key.tokenNumber)
    this.#keys.settle()
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
    this.#keys.drop()
    this.#keyMayBegin = true
    const { line } = this.#source
    this.#queue.push(token('scalar', line, { value: takeBlockScalar(this.#source, this.#indent) }))
  }

  #plain(): void {
    this.#saveKey()
    this.#keyMayBegin = false
    const { line } = this.#source
    const { text, isBroken } = takePlain(this.#source, this.#indent + 1, this.#inFlow)
    this.#queue.push(token('scalar', line, { value: text, isPlain: true }))
    if (isBroken) this.#keyMayBegin = true
  }

  /** Begins a block collection where its first entry stands further in than what is around it. */
  #roll(mark: Mark, type: 'block sequence' | 'block mapping', tokenNumber?: number): void {
    if (this.#inFlow || this.#indent >= mark.column) return
    this.#indents.push(this.#indent)
    checkDepth(this.#indents.length)
    this.#indent = mark.column
    this.#queue.insert(tokenNumber ?? this.#queue.nextNumber, token(type, mark.line))
  }

  /** Ends the block collections that stand further in. */
  #unroll(column: number): void {
    if (this.#inFlow) return
    while (this.#indent > column) {
      this.#queue.push(token('block end', this.#source.line))
      this.#indent = this.#indents.pop() ?? -1
    }
  }

  #pushIndicator(type: TokenType): void {
    const { line } = this.#source
    this.#source.skip()
    this.#queue.push(token(type, line))
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
