import type { BranchNode, Case, Node, PipeNode, RangeNode } from './nodes.ts'
import type { Listing, Parser } from './parser.ts'

/** Parses `if` or `with`, up to its `end`. */
export function parseBranch(parser: Parser, kind: BranchNode['kind']): BranchNode {
  const { at } = parser
  const { mark } = parser.scope
  const { cases, ending } = parser.nested(() => parseCases(parser, kind))
  const otherwise = ending === 'else' ? parser.nested(() => parseOtherwise(parser)) : []
  parser.scope.popTo(mark)
  return { kind, at, cases, otherwise }
}

interface Cases {
  readonly cases: readonly Case[]
  readonly ending: Listing['ending']
}

/** The `end` of `else if` also ends what it stands in. */
function parseCases(parser: Parser, kind: BranchNode['kind']): Cases {
  const cases: Case[] = []
  for (;;) {
    const { pipe, nodes, ending } = parseCase(parser, kind)
    cases.push({ pipe, list: nodes })
    if (ending === 'end' || parser.kind !== kind) return { cases: cases.slice(), ending }
  }
}

interface ParsedCase extends Listing {
  readonly pipe: PipeNode
}

/** Parses a keyword, its pipeline and its list. */
function parseCase(parser: Parser, context: string): ParsedCase {
  parser.take()
  const pipe = parser.grammar.pipeline(parser, context, 'right')
  return { pipe, ...parser.grammar.list(parser) }
}

/** Parses `range`, up to its `end`. */
export function parseRange(parser: Parser): RangeNode {
  const { scope, at } = parser
  const { mark } = scope
  const { pipe, nodes, ending } = parser.nested(() => parseRepeated(parser))
  const otherwise = ending === 'else' ? parser.nested(() => parseOtherwise(parser)) : []
  scope.popTo(mark)
  return { kind: 'range', at, pipe, list: nodes, otherwise }
}

function parseRepeated(parser: Parser): ParsedCase {
  parser.take()
  const pipe = parser.grammar.pipeline(parser, 'range', 'right')
  parser.scope.ranges++
  const listing = parser.grammar.list(parser)
  parser.scope.ranges--
  return { pipe, ...listing }
}

function parseOtherwise(parser: Parser): readonly Node[] {
  const { nodes, ending } = parser.grammar.list(parser)
  if (ending !== 'end') parser.fail('expected end; found {{else}}')
  return nodes
}
