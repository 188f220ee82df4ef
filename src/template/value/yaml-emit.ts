import type { Budget } from '../budget.ts'
import { checkDepth } from './depth.ts'
import { formatFloat } from './numbers.ts'
import { byYamlOrder } from './yaml-order.ts'
import type { YamlScalar } from './yaml-resolve.ts'
import { hasBreak, type ScalarStyle, styleOf } from './yaml-style.ts'
import type { YamlMap, YamlValue } from './yaml-value.ts'
import { YamlWriter } from './yaml-writer.ts'

/** Where a node stands: what is around it begins at `indent` (-1 at the root). */
interface Place {
  readonly indent: number
  readonly inMapping: boolean
}

const longestKeyBytes = 128

/** A value as go-yaml v2 writes it, with a line feed at its end. Keys must be strings. */
export function emitYaml(value: YamlValue, budget: Budget): string {
  const writer = new YamlWriter(budget)
  new YamlEmitter(writer, budget).node(value, { indent: -1, inMapping: false })
  writer.indent(0)
  return writer.text
}

class YamlEmitter {
  readonly #writer: YamlWriter
  readonly #budget: Budget

  constructor(writer: YamlWriter, budget: Budget) {
    this.#writer = writer
    this.#budget = budget
  }

  node(value: YamlValue, place: Place): void {
    this.#budget.step()
    checkDepth(place.indent >> 1)
    if (value instanceof Map) this.#mapping(value, place)
    else if (value !== null && typeof value === 'object') this.#sequence(value, place)
    else this.#scalar(value, place.indent, false)
  }

  #mapping(map: YamlMap, place: Place): void {
    if (map.size === 0) return this.#empty('{}')
    const indent = deeper(place.indent, 0)
    this.#budget.step(map.size)
    for (const key of [...map.keys()].map(String).sort(byYamlOrder)) {
      this.#writer.indent(indent)
      this.#entry(key, map.get(key) ?? null, indent)
    }
  }

  #entry(key: string, value: YamlValue, indent: number): void {
    const isSimple = !hasBreak(key) && Buffer.byteLength(key) <= longestKeyBytes
    if (isSimple) {
      this.#scalar(key, indent, true)
      this.#writer.indicator(':', { spaced: false, opensLine: false })
    } else {
      this.#writer.indicator('?', { spaced: true, opensLine: true })
      this.#scalar(key, indent, false)
      this.#writer.indent(indent)
      this.#writer.indicator(':', { spaced: true, opensLine: true })
    }
    this.node(value, { indent, inMapping: true })
  }

  /** The entries of a list under a key stand no deeper than the key. */
  #sequence(items: readonly YamlValue[], place: Place): void {
    if (items.length === 0) return this.#empty('[]')
    const isIndentless = place.inMapping && !this.#writer.atLineStart
    const indent = isIndentless ? place.indent : deeper(place.indent, 0)
    for (const item of items) {
      this.#writer.indent(indent)
      this.#writer.indicator('-', { spaced: true, opensLine: true })
      this.node(item, { indent, inMapping: false })
    }
  }

  #empty(text: string): void {
    this.#writer.indicator(text, { spaced: true, opensLine: false })
  }

  #scalar(value: YamlScalar, indent: number, isKey: boolean): void {
    const style: ScalarStyle = typeof value === 'string' ? styleOf(value, isKey) : 'plain'
    this.#writer.scalar(scalarText(value), style, deeper(indent, 2), isKey)
  }
}

function deeper(indent: number, atRoot: number): number {
  return indent < 0 ? atRoot : indent + 2
}

function scalarText(value: YamlScalar): string {
  if (typeof value !== 'number') return String(value)
  return Number.isFinite(value) ? formatFloat(value, 'g', -1) : specialText(value)
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  return value > 0 ? '.inf' : '-.inf'
}
