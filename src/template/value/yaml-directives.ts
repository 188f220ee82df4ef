import { parserFault } from './yaml-fault.ts'
import type { Token } from './yaml-token.ts'

/** What the handles of tags stand for in one document. */
export class YamlDirectives {
  readonly #prefixes = new Map([
    ['!', '!'],
    ['!!', 'tag:yaml.org,2002:'],
  ])
  readonly #given = new Set<string>()

  /** Heeds `%YAML` or `%TAG`. Throws YamlFault for one that comes again, and for another version than 1.1. */
  heed(directive: Token): void {
    const { type, value, suffix, line } = directive
    const name = type === 'version' ? '%YAML' : value
    if (this.#given.has(name))
      throw parserFault(`found duplicate ${type === 'version' ? name : '%TAG'} directive`, line)
    this.#given.add(name)
    if (type === 'tag directive') this.#prefixes.set(value, suffix)
    else if (value !== '1.1') throw parserFault('found incompatible YAML document', line)
  }

  /** The whole tag. Throws YamlFault for a handle that stands for nothing. */
  tagOf({ value, suffix, line }: Token): string {
    if (value === '') return suffix
    const prefix = this.#prefixes.get(value)
    if (prefix === undefined) throw parserFault('found undefined tag handle', line)
    return prefix + suffix
  }
}
