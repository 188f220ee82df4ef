import { constantOf } from './argument.ts'
import { callFunction } from './call.ts'
import { evaluateFields } from './field.ts'
import { textOfNode } from './node-text.ts'
import {
  type ChainNode,
  type CommandNode,
  isConstant,
  type Operand,
  type PipeNode,
  type VariableNode,
} from './nodes.ts'
import { shown } from './place.ts'
import { type Final, missing, type Result } from './result.ts'
import type { State } from './state.ts'

/** Evaluates a pipeline: the value of each command is the last argument of the next. Declares its variables. */
export function evaluatePipe(state: State, dot: Result, pipe: PipeNode): Result {
  state.down()
  state.node = pipe
  let value: Final = missing
  for (const command of pipe.commands)
    value = state.evaluate(state, dot, command.first, command, value) ?? undefined
  state.up()
  const result = value === missing ? undefined : value
  for (const name of pipe.variables) store(state, name, result, pipe.assigns)
  return result
}

function store(state: State, name: string, value: Result, assigns: boolean): void {
  if (!assigns) return state.variables.declare(name, value)
  setVariable(state, name, value)
}

/** Gives a variable that is there another value. Throws TemplateError when it is not there. */
export function setVariable(state: State, name: string, value: Result): void {
  if (!state.variables.has(name)) state.fail(`undefined variable: ${shown(name, 40)}`)
  state.variables.set(name, value)
}

/** Evaluates an operand, as a command with its arguments or, without one, as an argument itself. */
export function evaluateOperand(
  state: State,
  dot: Result,
  node: Operand,
  command: CommandNode | undefined,
  final: Final,
): Result {
  state.step()
  state.node = node
  if (node.kind === 'field') return evaluateFields(state, dot, dot, node, command, final)
  if (node.kind === 'identifier') return callFunction(state, dot, node, command, final)
  if (node.kind === 'variable') return evaluateVariable(state, dot, node, command, final)
  if (node.kind === 'chain') return evaluateChain(state, dot, node, command, final)
  refuseArguments(state, node, command, final)
  if (node.kind === 'dot') return dot
  if (node.kind === 'pipe') return evaluatePipe(state, dot, node)
  return isConstant(node) ? constantOf(state, node) : state.fail('nil is not a command')
}

function evaluateVariable(
  state: State,
  dot: Result,
  node: VariableNode,
  command: CommandNode | undefined,
  final: Final,
): Result {
  const { variable, names } = node
  if (!state.variables.has(variable)) state.fail(`undefined variable: ${shown(variable, 40)}`)
  const value = state.variables.get(variable)
  if (names.length > 0) return evaluateFields(state, dot, value, node, command, final)
  refuseArguments(state, node, command, final)
  return value
}

function evaluateChain(
  state: State,
  dot: Result,
  node: ChainNode,
  command: CommandNode | undefined,
  final: Final,
): Result {
  const value = state.evaluate(state, dot, node.of, undefined, missing)
  return evaluateFields(state, dot, value, node, command, final)
}

function refuseArguments(state: State, node: Operand, command: CommandNode | undefined, final: Final): void {
  if (final === missing && (command === undefined || command.args.length === 0)) return
  state.fail(`can't give argument to non-function ${shown(textOfNode(node), 20)}`)
}
