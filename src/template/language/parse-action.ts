import type { JumpNode, Node, TemplateNode } from './nodes.ts'
import { parseBranch, parseRange } from './parse-branch.ts'
import { parseDefinition } from './parse-definition.ts'
import { parseString } from './parse-operand.ts'
import type { Parser } from './parser.ts'
import type { TokenKind } from './tokens.ts'

/** A node, or a word that ends the list in which it stands. */
export type Item = Node | 'end' | 'else'

type ParseItem = (parser: Parser) => Item

const actions: ReadonlyMap<TokenKind, ParseItem> = new Map<TokenKind, ParseItem>([
  ['if', (parser) => parseBranch(parser, 'if')],
  ['with', (parser) => parseBranch(parser, 'with')],
  ['range', parseRange],
  ['break', (parser) => parseJump(parser, 'break')],
  ['continue', (parser) => parseJump(parser, 'continue')],
  ['template', parseTemplate],
  ['block', parseBlock],
  ['end', parseEnd],
  ['else', parseElse],
])

/** Parses what stands behind a left delimiter. */
export function parseAction(parser: Parser): Item {
  const parse = actions.get(parser.skipSpace().kind)
  if (parse !== undefined) return parse(parser)
  const { at } = parser
  return { kind: 'action', at, pipe: parser.grammar.pipeline(parser, 'command', 'right') }
}

function parseEnd(parser: Parser): 'end' {
  parser.take()
  parser.expect('right', 'end')
  return 'end'
}

function parseJump(parser: Parser, kind: JumpNode['kind']): JumpNode {
  const { at } = parser
  parser.take()
  parser.expect('right', `{{${kind}}}`)
  if (parser.scope.ranges === 0) parser.fail(`{{${kind}}} outside {{range}}`)
  return { kind, at }
}

/** `if` and `with` behind it are left for the branch that it belongs to. */
function parseElse(parser: Parser): 'else' {
  parser.take()
  const { kind } = parser.skipSpace()
  if (kind !== 'if' && kind !== 'with') parser.expect('right', 'else')
  return 'else'
}

function parseTemplate(parser: Parser): TemplateNode {
  parser.take()
  const { at } = parser.skipSpace()
  const name = parseName(parser, 'template clause')
  if (parser.skipSpace().kind !== 'right')
    return { kind: 'template', at, name, pipe: parser.grammar.pipeline(parser, 'template clause', 'right') }
  parser.take()
  return { kind: 'template', at, name, pipe: undefined }
}

/** A block is a definition and, at the same place, a template of that name. */
function parseBlock(parser: Parser): TemplateNode {
  parser.take()
  const { at } = parser.skipSpace()
  const name = parseName(parser, 'block clause')
  const pipe = parser.grammar.pipeline(parser, 'block clause', 'right')
  parser.nested(() => parseDefinition(parser, name, 'block clause'))
  return { kind: 'template', at, name, pipe }
}

function parseName(parser: Parser, context: string): string {
  const { kind } = parser
  if (kind !== 'string' && kind !== 'raw string') parser.unexpected(context)
  return parseString(parser).value
}
