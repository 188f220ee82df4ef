import type { Budget } from '../budget.ts'
import { decodeBase64 } from './base64.ts'
import { goString, textOf } from './bytes.ts'
import { checkDepth } from './depth.ts'
import { YamlFault } from './yaml-fault.ts'
import { goSyntax } from './yaml-go-syntax.ts'
import type { AliasNode, MappingNode, ScalarNode, SequenceNode, YamlNode } from './yaml-node.ts'
import { resolveScalar, shortTag, type YamlScalar } from './yaml-resolve.ts'
import type { YamlMap, YamlValue } from './yaml-value.ts'

/** The value of a document as go-yaml v2 decodes it into an empty interface. Throws YamlFault. */
export function decodeYamlNode(root: YamlNode, budget: Budget): YamlValue {
  return new YamlDecoder(budget).decode(root)
}

/** Where go-yaml begins to doubt that a document means well, and where it trusts aliases least. */
const fewDecodes = 400_000
const manyDecodes = 4_000_000

class YamlDecoder {
  readonly #budget: Budget
  readonly #open = new Set<AliasNode>()
  #decodes = 0
  #aliasDecodes = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  decode(node: YamlNode, into?: YamlMap, level = 0): YamlValue {
    this.#count()
    checkDepth(level)
    if (node.kind === 'scalar') return decodeScalar(node)
    if (node.kind === 'sequence') return this.#sequence(node, level)
    return node.kind === 'alias' ? this.#alias(node, into, level) : this.#mapping(node, into, level)
  }

  #count(): void {
    this.#budget.step()
    this.#budget.allocate(16)
    this.#decodes++
    if (this.#open.size > 0) this.#aliasDecodes++
    if (this.#aliasDecodes <= 100 || this.#decodes <= 1000) return
    const share = (this.#decodes - fewDecodes) / (manyDecodes - fewDecodes)
    const allowed = 0.99 - 0.89 * Math.min(1, Math.max(0, share))
    if (this.#aliasDecodes / this.#decodes > allowed)
      throw new YamlFault('document contains excessive aliasing')
  }

  #sequence(node: SequenceNode, level: number): YamlValue {
    return node.items.map((it) => this.decode(it, undefined, level + 1))
  }

  #alias(node: AliasNode, into: YamlMap | undefined, level: number): YamlValue {
    if (this.#open.has(node)) {
      throw new YamlFault('an anchor contains itself', {
        goText: `anchor '${node.name}' value contains itself`,
      })
    }
    this.#open.add(node)
    const value = this.decode(node.target, into, level + 1)
    this.#open.delete(node)
    return value
  }

  #mapping(node: MappingNode, into: YamlMap = new Map(), level: number): YamlValue {
    for (const [key, value] of node.entries) {
      if (isMerge(key)) this.#merge(value, into, level + 1)
      else into.set(this.#key(key, level + 1), this.decode(value, undefined, level + 1))
    }
    return into
  }

  #key(node: YamlNode, level: number): YamlScalar {
    const key = this.decode(node, undefined, level)
    if (key === null || typeof key !== 'object') return key
    throw new YamlFault('invalid map key', { goText: `invalid map key: ${goSyntax(key)}` })
  }

  /** Of several maps the first wins; what was there before is overwritten. */
  #merge(node: YamlNode, into: YamlMap, level: number): void {
    const nodes = node.kind === 'sequence' ? node.items.toReversed() : [node]
    for (const it of nodes) {
      const target = it.kind === 'alias' ? it.target : it
      if (target.kind !== 'mapping')
        throw new YamlFault('map merge requires map or sequence of maps as the value')
      this.decode(it, into, level)
    }
  }
}

function isMerge(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.text === '<<' && (node.isImplicit || shortTag(node.tag) === '!!merge')
}

function decodeScalar(node: ScalarNode): YamlScalar {
  if (node.tag === '' && !node.isImplicit) return node.text
  const { tag, value } = resolveScalar(node.tag, node.text)
  return tag === '!!binary' ? binary(node.text) : value
}

function binary(text: string): string {
  const bytes = decodeBase64(goString(text))
  if (typeof bytes !== 'string') throw new YamlFault('!!binary value contains invalid base64 data')
  return textOf(bytes)
}
