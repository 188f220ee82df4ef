import { textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import type { Definition, Node } from './nodes.ts'
import type { Parser } from './parser.ts'
import { shown } from './place.ts'
import { Scope } from './scope.ts'

/** Parses what stands between `define` or `block` and its `end`, with variables of its own. */
export function parseDefinition(parser: Parser, name: GoString, context: string): void {
  const outer = parser.scope
  parser.scope = new Scope()
  const { nodes, ending } = parser.grammar.list(parser)
  if (ending !== 'end') parser.fail(`unexpected {{else}} in ${context}`)
  parser.scope = outer
  addDefinition(parser, { name, list: nodes })
}

/** A name may be defined again only where one of both definitions has nothing but space. */
export function addDefinition(parser: Parser, definition: Definition): void {
  const { name } = definition
  const before = parser.definitions.get(name)
  if (before === undefined || isEmpty(before)) parser.definitions.set(name, definition)
  else if (!isEmpty(definition)) parser.fail(`multiple definition of template ${shown(name, 40)}`)
}

function isEmpty({ list }: Definition): boolean {
  return list.every(isSpaceOnly)
}

function isSpaceOnly(node: Node): boolean {
  return node.kind === 'text' && unicodeSpaceOnly.test(textOf(node.text))
}

/** What Go's unicode.IsSpace takes for space. */
const unicodeSpaceOnly = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/
