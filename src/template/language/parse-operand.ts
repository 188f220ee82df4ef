import type { GoString } from '../value/value.ts'
import { characterNode, numberNode } from './constant.ts'
import { textOfNode } from './node-text.ts'
import type {
  BoolNode,
  FieldNode,
  NumberNode,
  Operand,
  PipeNode,
  PlainNode,
  StringNode,
  VariableNode,
} from './nodes.ts'
import type { Parser } from './parser.ts'
import { shown } from './place.ts'
import type { TokenKind } from './tokens.ts'
import { unquote } from './unquote.ts'

/** Parses a term with the fields after it; undefined when no term stands there. */
export function parseOperand(parser: Parser): Operand | undefined {
  const term = parseTerm(parser)
  return term !== undefined && parser.kind === 'field' ? withFields(parser, term) : term
}

/** Fields of a field or variable are more of its own; those of a function or of parentheses make a chain. */
function withFields(parser: Parser, term: Operand): Operand {
  const { at } = parser
  const more = parseFields(parser)
  if (term.kind === 'field' || term.kind === 'variable')
    return { ...term, at, names: [...term.names, ...more] }
  if (term.kind === 'identifier' || term.kind === 'pipe') return { kind: 'chain', at, of: term, names: more }
  return parser.fail(`unexpected . after term ${shown(textOfNode(term), 20)}`)
}

function parseFields(parser: Parser): readonly GoString[] {
  const names: GoString[] = []
  while (parser.kind === 'field') names.push(parser.textOf(parser.take()).slice(1))
  return names
}

type ParseTerm = (parser: Parser) => Operand

const terms: ReadonlyMap<TokenKind, ParseTerm> = new Map<TokenKind, ParseTerm>([
  ['dot', (parser) => parsePlain(parser, 'dot')],
  ['nil', (parser) => parsePlain(parser, 'nil')],
  ['field', parseField],
  ['bool', parseBool],
  ['variable', parseVariable],
  ['identifier', parseIdentifier],
  ['string', parseString],
  ['raw string', parseString],
  ['number', parseNumber],
  ['character', parseNumber],
  ['complex', parseNumber],
  ['open', parseParentheses],
])

/** Whether a token begins an operand. */
export function beginsOperand(kind: TokenKind): boolean {
  return terms.has(kind)
}

function parseTerm(parser: Parser): Operand | undefined {
  return terms.get(parser.skipSpace().kind)?.(parser)
}

function parsePlain(parser: Parser, kind: PlainNode['kind']): PlainNode {
  const { at } = parser
  parser.take()
  return { kind, at }
}

function parseField(parser: Parser): FieldNode {
  const { at } = parser
  return { kind: 'field', at, names: [parser.textOf(parser.take()).slice(1)] }
}

function parseBool(parser: Parser): BoolNode {
  const { at } = parser
  return { kind: 'bool', at, value: parser.textOf(parser.take()) === 'true' }
}

function parseVariable(parser: Parser): VariableNode {
  const { at } = parser
  const variable = parser.textOf(parser.take())
  if (!parser.scope.has(variable)) parser.fail(`undefined variable ${shown(variable, 40)}`, at)
  return { kind: 'variable', at, variable, names: [] }
}

function parseIdentifier(parser: Parser): Operand {
  const { at } = parser
  const name = parser.textOf(parser.take())
  if (!parser.isFunction(name)) parser.fail(`function ${shown(name, 40)} not defined`, at)
  parser.functionNames.add(name)
  return { kind: 'identifier', at, name }
}

/** Parses a string constant, which must stand there. */
export function parseString(parser: Parser): StringNode {
  const { at } = parser
  const text = parser.textOf(parser.take())
  const value = unquote(text) ?? parser.fail('invalid syntax of a string', at)
  return { kind: 'string', at, value, text }
}

function parseNumber(parser: Parser): NumberNode {
  const { at, kind } = parser
  const text = parser.textOf(parser.take())
  if (kind === 'complex' || isImaginary(text)) parser.fail('imaginary numbers are not supported', at)
  const node = kind === 'character' ? characterNode(at, text) : numberNode(at, text)
  if (node === undefined) return parser.fail(`malformed character constant: ${shown(text, 20)}`, at)
  return typeof node === 'string' ? parser.fail(`${node}: ${shown(text, 20)}`, at) : node
}

function isImaginary(text: GoString): boolean {
  return text.endsWith('i')
}

function parseParentheses(parser: Parser): PipeNode {
  parser.take()
  return parser.nested(() => parser.grammar.pipeline(parser, 'parenthesized pipeline', 'close'))
}
