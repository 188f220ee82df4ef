import { quote } from '../value/quote.ts'
import type { GoString } from '../value/value.ts'
import type { CommandNode, Node, Operand, PipeNode } from './nodes.ts'

/** A node as Go writes it in messages: the template's own text, with its space made even. */
export function textOfNode(node: Node | Operand | CommandNode): GoString {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'action':
      return `{{${textOfPipe(node.pipe)}}}`
    case 'if':
    case 'with':
      return node.cases.map(({ pipe }) => `{{${node.kind} ${textOfPipe(pipe)}}}`).join('')
    case 'range':
      return `{{range ${textOfPipe(node.pipe)}}}`
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === undefined ? '' : ` ${textOfPipe(node.pipe)}`}}}`
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`
    case 'command':
      return textOfCommand(node)
    case 'bool':
      return String(node.value)
    case 'number':
    case 'string':
      return node.text
    case 'nil':
      return 'nil'
    case 'dot':
      return '.'
    case 'field':
      return textOfNames(node.names)
    case 'variable':
      return node.variable + textOfNames(node.names)
    case 'identifier':
      return node.name
    case 'chain':
      return textOfWord(node.of) + textOfNames(node.names)
    case 'pipe':
      return textOfPipe(node)
  }
}

function textOfNames(names: readonly GoString[]): GoString {
  return names.map((it) => `.${it}`).join('')
}

function textOfWord(node: Operand): GoString {
  return node.kind === 'pipe' ? `(${textOfPipe(node)})` : textOfNode(node)
}

function textOfCommand({ first, args }: CommandNode): GoString {
  return [first, ...args].map(textOfWord).join(' ')
}

function textOfPipe(pipe: PipeNode): GoString {
  const commands = pipe.commands.map(textOfCommand).join(' | ')
  if (pipe.variables.length === 0) return commands
  return `${pipe.variables.join(', ')} ${pipe.assigns ? '=' : ':='} ${commands}`
}
