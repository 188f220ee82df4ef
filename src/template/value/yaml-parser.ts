import type { Budget } from '../budget.ts'
import { checkDepth } from './depth.ts'
import type { GoString } from './value.ts'
import { YamlDirectives } from './yaml-directives.ts'
import { parserFault, YamlFault } from './yaml-fault.ts'
import { emptyNode, type MappingNode, type SequenceNode, type YamlNode } from './yaml-node.ts'
import { YamlScanner } from './yaml-scanner.ts'
import type { Token, TokenType } from './yaml-token.ts'

/** The first document of a YAML text; undefined where there is none. Throws YamlFault. */
export function parseYaml(bytes: GoString, budget: Budget): YamlNode | undefined {
  return new YamlParser(bytes, budget).document()
}

interface Properties {
  readonly anchor: string | undefined
  readonly tag: string
  readonly line: number
}

class YamlParser {
  readonly #scanner: YamlScanner
  readonly #budget: Budget
  readonly #directives = new YamlDirectives()
  readonly #anchors = new Map<string, YamlNode>()
  #level = 0

  constructor(bytes: GoString, budget: Budget) {
    this.#scanner = new YamlScanner(bytes, budget)
    this.#budget = budget
  }

  document(): YamlNode | undefined {
    if (this.#isNext('stream end')) return undefined
    if (!this.#isNext('version', 'tag directive', 'document start')) return this.#root()
    while (this.#isNext('version', 'tag directive')) this.#directives.heed(this.#scanner.take())
    if (!this.#isNext('document start')) throw this.#fault('did not find expected <document start>')
    this.#scanner.take()
    const isEmpty = this.#isNext('version', 'tag directive', 'document start', 'document end', 'stream end')
    return isEmpty ? emptyNode : this.#root()
  }

  /** go-yaml looks at one token behind the document, which may be at fault. */
  #root(): YamlNode {
    const node = this.#node({ inBlock: true, mayBeIndentless: false })
    this.#scanner.peek()
    return node
  }

  #node(place: { inBlock: boolean; mayBeIndentless: boolean }): YamlNode {
    this.#budget.step()
    this.#budget.allocate(16)
    if (this.#isNext('alias')) return this.#alias()
    checkDepth(++this.#level)
    const properties = this.#properties()
    const node = this.#content(place, properties)
    this.#level--
    return node
  }

  #alias(): YamlNode {
    const name = this.#scanner.take().value
    const target = this.#anchors.get(name)
    if (target !== undefined) return { kind: 'alias', name, target }
    throw new YamlFault('unknown anchor referenced', { goText: `unknown anchor '${name}' referenced` })
  }

  /** An anchor and a tag, in either order. */
  #properties(): Properties {
    const { line } = this.#scanner.peek()
    const first = this.#isNext('anchor', 'tag') ? this.#scanner.take() : undefined
    const other = first?.type === 'anchor' ? 'tag' : 'anchor'
    const second = first !== undefined && this.#isNext(other) ? this.#scanner.take() : undefined
    const anchor = [first, second].find((it) => it?.type === 'anchor')?.value
    const tag = [first, second].find((it) => it?.type === 'tag')
    return { anchor, tag: tag === undefined ? '' : this.#directives.tagOf(tag), line }
  }

  #content(place: { inBlock: boolean; mayBeIndentless: boolean }, properties: Properties): YamlNode {
    if (place.mayBeIndentless && this.#isNext('-')) return this.#indentlessSequence(properties)
    if (this.#isNext('scalar')) return this.#scalar(properties)
    if (this.#isNext('[')) return this.#flowSequence(properties)
    if (this.#isNext('{')) return this.#flowMapping(properties)
    if (place.inBlock && this.#isNext('block sequence')) return this.#blockSequence(properties)
    if (place.inBlock && this.#isNext('block mapping')) return this.#blockMapping(properties)
    if (properties.anchor === undefined && properties.tag === '') {
      throw this.#fault('did not find expected node content')
    }
    const { tag } = properties
    return this.#anchored(properties, { kind: 'scalar', tag, text: '', isImplicit: tag === '' })
  }

  #scalar(properties: Properties): YamlNode {
    const { value, isPlain } = this.#scanner.take()
    this.#budget.allocate(value.length)
    const { tag } = properties
    const isImplicit = tag === '!' || (tag === '' && isPlain)
    return this.#anchored(properties, { kind: 'scalar', tag, text: value, isImplicit })
  }

  /** An anchor is known within its own node: an alias there makes it hold itself. */
  #anchored<Node extends YamlNode>({ anchor }: Properties, node: Node): Node {
    if (anchor !== undefined) this.#anchors.set(anchor, node)
    return node
  }

  #sequence(properties: Properties): SequenceNode {
    return this.#anchored(properties, { kind: 'sequence', items: [] })
  }

  #mapping(properties: Properties): MappingNode {
    return this.#anchored(properties, { kind: 'mapping', entries: [] })
  }

  #indentlessSequence(properties: Properties): YamlNode {
    const node = this.#sequence(properties)
    while (this.#isNext('-')) {
      this.#scanner.take()
      node.items.push(this.#blockNode(['-', '?', ':', 'block end'], false))
    }
    return node
  }

  #blockSequence(properties: Properties): YamlNode {
    const node = this.#sequence(properties)
    this.#scanner.take()
    while (!this.#isNext('block end')) {
      if (!this.#isNext('-')) throw this.#fault("did not find expected '-' indicator")
      this.#scanner.take()
      node.items.push(this.#blockNode(['-', 'block end'], false))
    }
    this.#scanner.take()
    return node
  }

  #blockMapping(properties: Properties): YamlNode {
    const node = this.#mapping(properties)
    const ends: readonly TokenType[] = ['?', ':', 'block end']
    this.#scanner.take()
    while (!this.#isNext('block end')) {
      if (!this.#isNext('?')) throw this.#fault('did not find expected key')
      this.#scanner.take()
      const key = this.#blockNode(ends, true)
      node.entries.push([key, this.#skip(':') ? this.#blockNode(ends, true) : emptyNode])
    }
    this.#scanner.take()
    return node
  }

  /** A node of a block collection, or nothing where the next entry follows. */
  #blockNode(ends: readonly TokenType[], mayBeIndentless: boolean): YamlNode {
    return this.#isNext(...ends) ? emptyNode : this.#node({ inBlock: true, mayBeIndentless })
  }

  #flowSequence(properties: Properties): YamlNode {
    const node = this.#sequence(properties)
    this.#flowEntries(']', () => {
      node.items.push(this.#skip('?') ? this.#pair() : this.#flowNode())
    })
    return node
  }

  /** A mapping of one entry, without braces. */
  #pair(): YamlNode {
    checkDepth(++this.#level)
    const key = this.#isNext(':', ',', ']') ? this.#emptyPairKey() : this.#flowNode()
    const value = this.#skip(':') && !this.#isNext(',', ']') ? this.#flowNode() : emptyNode
    this.#level--
    return { kind: 'mapping', entries: [[key, value]] }
  }

  /** go-yaml passes over what ends the key, be it the end of the sequence. */
  #emptyPairKey(): YamlNode {
    this.#scanner.take()
    return emptyNode
  }

  #flowMapping(properties: Properties): YamlNode {
    const node = this.#mapping(properties)
    this.#flowEntries('}', () => {
      if (!this.#skip('?')) {
        node.entries.push([this.#flowNode(), emptyNode])
        return
      }
      const key = this.#isNext(':', ',', '}') ? emptyNode : this.#flowNode()
      const value = this.#skip(':') && !this.#isNext(',', '}') ? this.#flowNode() : emptyNode
      node.entries.push([key, value])
    })
    return node
  }

  #flowEntries(end: ']' | '}', readEntry: () => void): void {
    this.#scanner.take()
    for (let isFirst = true; !this.#skip(end); isFirst = false) {
      if (!isFirst && !this.#skip(',')) throw this.#fault(`did not find expected ',' or '${end}'`)
      if (!isFirst && this.#skip(end)) return
      readEntry()
    }
  }

  #flowNode(): YamlNode {
    return this.#node({ inBlock: false, mayBeIndentless: false })
  }

  #isNext(...types: readonly TokenType[]): boolean {
    return types.includes(this.#scanner.peek().type)
  }

  #skip(type: TokenType): boolean {
    if (!this.#isNext(type)) return false
    this.#scanner.take()
    return true
  }

  #fault(message: string): YamlFault {
    return parserFault(message, this.#next().line)
  }

  #next(): Token {
    return this.#scanner.peek()
  }
}
