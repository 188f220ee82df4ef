import { checkDepth } from './depth.ts'
import type { Mark, YamlSource } from './yaml-source.ts'

/** A place where a key may have begun without `?`: one line and 1024 characters at most before its `:`. */
export interface PossibleKey {
  readonly mark: Mark
  readonly tokenNumber: number
  /** Nothing but a key can stand there. */
  readonly isRequired: boolean
}

/** The block around everything, or a flow collection that is open. */
interface Level {
  key: PossibleKey | undefined
  /** The token that began the level, or that of its last possible key. */
  tokenNumber: number
}

const longestKey = 1024

/** Where keys without `?` may have begun, as only their `:` will tell: at most one place in each level. */
export class YamlKeys {
  readonly #source: YamlSource
  readonly #block: Level = { key: undefined, tokenNumber: 0 }
  readonly #flows: Level[] = []
  /** Levels by the token that may turn out to begin a key. */
  readonly #waiting = new Map<number, Level>()

  constructor(source: YamlSource) {
    this.#source = source
  }

  get inFlow(): boolean {
    return this.#flows.length > 0
  }

  /** A flow collection begins, with the token of that number. */
  open(tokenNumber: number): void {
    this.#flows.push({ key: undefined, tokenNumber })
    checkDepth(this.#flows.length)
  }

  /** As in go-yaml, an empty collection is forgotten to be a possible key, and so cannot be one. */
  close(): void {
    this.drop()
    const level = this.#flows.pop()
    if (level !== undefined) this.#waiting.delete(level.tokenNumber)
  }

  /** Takes note of a key that is possible in this level, in the place of the last one. Throws YamlFault. */
  save(key: PossibleKey): void {
    this.drop()
    const level = this.#level
    level.tokenNumber = key.tokenNumber
    level.key = key
    this.#waiting.set(key.tokenNumber, level)
  }

  /** The possible key of this level. Throws YamlFault where one has grown too long that had to be a key. */
  live(): PossibleKey | undefined {
    return this.#live(this.#level)
  }

  /** Whether a token may yet turn out to begin a key. Throws YamlFault. */
  isWaiting(tokenNumber: number): boolean {
    const level = this.#waiting.get(tokenNumber)
    return level !== undefined && this.#live(level) !== undefined
  }

  /** What may have been the key of this level is none. Throws YamlFault where it had to be. */
  drop(): void {
    this.#drop(this.#level)
  }

  /** The possible key of this level turned out to be one. */
  settle(): void {
    this.#forget(this.#level)
  }

  get #level(): Level {
    return this.#flows.at(-1) ?? this.#block
  }

  #live(level: Level): PossibleKey | undefined {
    const { key } = level
    if (key === undefined || this.#isNear(key.mark)) return key
    this.#drop(level)
    return undefined
  }

  #isNear({ line, at }: Mark): boolean {
    return line === this.#source.line && this.#source.charactersSince(at) <= longestKey
  }

  #drop(level: Level): void {
    if (level.key?.isRequired === true) throw this.#source.fault("could not find expected ':'")
    this.#forget(level)
  }

  #forget(level: Level): void {
    if (level.key === undefined) return
    this.#waiting.delete(level.key.tokenNumber)
    level.key = undefined
  }
}
