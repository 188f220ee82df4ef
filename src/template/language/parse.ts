import { TemplateError } from '../error.ts'
import type { Functions } from '../function.ts'
import type { Template } from '../render-options.ts'
import { goString } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { builtins } from './builtins.ts'
import { lex } from './lex.ts'
import type { Node, Tree } from './nodes.ts'
import { addDefinition, parseDefinition } from './parse-definition.ts'
import { parseItem, parseList } from './parse-list.ts'
import { parseString } from './parse-operand.ts'
import { parsePipeline } from './parse-pipeline.ts'
import { Parser } from './parser.ts'

export interface ParseOptions {
  /** `{{` and `}}` where they are left out; an empty one is the usual one. */
  readonly delimiters?: readonly [left: string, right: string] | undefined
  /** Beside the builtins, which they may replace. */
  readonly functions: Functions
}

/** Bytes of one template. */
const mostText = 1024 * 1024

/** Bytes of a delimiter; each action looks for it. */
const mostDelimiter = 64

/** Parses a template as Go's text/template does. Throws TemplateError. */
export function parse(template: Template, { delimiters, functions }: ParseOptions): Tree {
  const { name } = template
  const text = goString(template.text)
  if (text.length > mostText) throw new TemplateError(`the template has more than ${mostText} bytes`)
  const [left, right] = (delimiters ?? ['', '']).map(goString)
  const tokens = lex(text, delimiter(left, '{{'), delimiter(right, '}}'))
  const isFunction = (it: GoString): boolean => Object.hasOwn(functions, it) || Object.hasOwn(builtins, it)
  const parser = new Parser(name, tokens, { pipeline: parsePipeline, list: parseList }, isFunction)
  return parseTree(parser, goString(name))
}

/** The names of the functions that a template calls, the builtins with them. */
export function functionNamesIn(tree: Tree): ReadonlySet<string> {
  return tree.functionNames
}

function delimiter(chosen: GoString | undefined, usual: GoString): GoString {
  if (chosen === undefined || chosen === '') return usual
  if (chosen.length > mostDelimiter)
    throw new TemplateError(`a delimiter has more than ${mostDelimiter} bytes`)
  return chosen
}

function parseTree(parser: Parser, name: GoString): Tree {
  const root = { name, list: parseTop(parser) }
  addDefinition(parser, root)
  const { definitions, functionNames, tokens } = parser
  return {
    name: parser.name,
    text: tokens.text,
    root: definitions.get(name) ?? root,
    definitions,
    functionNames,
  }
}

/** Only here may templates be defined. */
function parseTop(parser: Parser): readonly Node[] {
  const nodes: Node[] = []
  while (parser.kind !== 'eof') {
    if (parseDefine(parser)) continue
    const node = parseItem(parser)
    if (node === 'end' || node === 'else') parser.fail(`unexpected {{${node}}}`)
    else nodes.push(node)
  }
  return nodes
}

/** Parses a `define`; false when something else stands there. */
function parseDefine(parser: Parser): boolean {
  if (parser.kind !== 'left') return false
  const left = parser.take()
  if (parser.skipSpace().kind !== 'define') {
    parser.backTo(left)
    return false
  }
  parser.take()
  const { kind } = parser.skipSpace()
  if (kind !== 'string' && kind !== 'raw string') parser.unexpected('define clause')
  const { value } = parseString(parser)
  parser.expect('right', 'define clause')
  parseDefinition(parser, value, 'define clause')
  return true
}
