import { type CommandNode, isConstant, type Operand, type PipeNode } from './nodes.ts'
import { parseDeclarations } from './parse-declarations.ts'
import { beginsOperand, parseOperand } from './parse-operand.ts'
import type { Parser } from './parser.ts'
import type { TokenKind } from './tokens.ts'

/** Parses a pipeline and the token that ends it. */
export function parsePipeline(parser: Parser, context: string, end: TokenKind): PipeNode {
  const { at } = parser.skipSpace()
  const { variables, assigns } = parseDeclarations(parser, context)
  const commands: CommandNode[] = []
  while (parser.skipSpace().kind !== end) {
    if (!beginsOperand(parser.kind)) parser.unexpected(context)
    commands.push(parseCommand(parser, commands.at(-1)))
  }
  parser.take()
  if (commands.length === 0) parser.fail(`missing value for ${context}`)
  refuseConstants(parser, commands)
  // A copy has no room to grow, which a tree that is kept would pay for in every node.
  return { kind: 'pipe', at, assigns, variables, commands: commands.slice() }
}

/** Only the first command of a pipeline can be a value that takes no argument. */
function refuseConstants(parser: Parser, commands: readonly CommandNode[]): void {
  for (const [index, { first }] of commands.entries())
    if (index > 0 && (isFixed(first) || first.kind === 'dot'))
      parser.fail(`non executable command in pipeline stage ${index + 1}`)
}

function isFixed(node: Operand): boolean {
  return isConstant(node) || node.kind === 'nil'
}

function parseCommand(parser: Parser, before: CommandNode | undefined): CommandNode {
  const { at } = parser.skipSpace()
  const [first, ...args] = parseWords(parser)
  if (first === undefined) return parser.fail('empty command')
  const isLiteral = args.every(isFixed) && (before === undefined || isLoneConstant(before))
  return { kind: 'command', at, first, args: args.length === 0 ? none : args.slice(), isLiteral }
}

const none: readonly Operand[] = []

function isLoneConstant({ first, args }: CommandNode): boolean {
  return args.length === 0 && isFixed(first)
}

/** Words with space between them, up to a bar, which is taken, or to the end of the pipeline, which is not. */
function parseWords(parser: Parser): readonly Operand[] {
  const words: Operand[] = []
  do {
    const word = parseOperand(parser)
    if (word !== undefined) words.push(word)
  } while (parseSeparator(parser))
  return words
}

/** Whether the command goes on. */
function parseSeparator(parser: Parser): boolean {
  const { kind } = parser
  if (kind === 'right' || kind === 'close') return false
  if (kind !== 'space' && kind !== 'pipe') parser.unexpected('operand')
  parser.take()
  return kind === 'space'
}
