import { FunctionError, TemplateError } from '../error.ts'
import type { GoFunction } from '../function.ts'
import type { GoString, GoType, Method, Value } from '../value/value.ts'
import { evaluateArgument } from './argument.ts'
import { assign } from './assign.ts'
import { and, builtins, or } from './builtins.ts'
import type { CommandNode, IdentifierNode, Operand } from './nodes.ts'
import { type Final, missing, type Result } from './result.ts'
import type { State } from './state.ts'
import { isTrue } from './truth.ts'

/** Calls the function that a node names, with the arguments of its command and what comes through the pipeline. */
export function callFunction(
  state: State,
  dot: Result,
  node: IdentifierNode,
  command: CommandNode | undefined,
  final: Final,
): Result {
  state.node = node
  const { name } = node
  const it = functionNamed(state, name)
  const args = command?.args ?? none
  checkCount(state, name, it, args.length, final)
  if (it === and || it === or) return firstThatDecides(state, dot, args, final, it === or)
  const values = argumentsFor(state, dot, it, args, final)
  state.env.isLiteral = command?.isLiteral ?? true
  return called(state, name, command ?? node, () => it.call(values, state.env))
}

/** Calls a method of a value. */
export function callMethod(
  state: State,
  dot: Result,
  node: Operand,
  name: GoString,
  method: Method,
  args: readonly Operand[],
  final: Final,
): Result {
  const signature = { params: method.params, rest: undefined }
  checkCount(state, name, signature, args.length, final)
  const values = argumentsFor(state, dot, signature, args, final)
  return called(state, name, node, () => method.call(values))
}

const none: readonly Operand[] = []

type Signature = Pick<GoFunction, 'params' | 'rest'>

function functionNamed(state: State, name: GoString): GoFunction {
  const table = Object.hasOwn(state.functions, name) ? state.functions : builtins
  const it = Object.hasOwn(table, name) ? table[name] : undefined
  return it ?? state.fail(`${JSON.stringify(name)} is not a defined function`)
}

function checkCount(
  state: State,
  name: GoString,
  { params, rest }: Signature,
  args: number,
  final: Final,
): void {
  const count = final === missing ? args : args + 1
  if (rest === undefined ? count === params.length : count >= params.length) return
  const want = rest === undefined ? `want ${params.length}` : `want at least ${params.length}`
  state.fail(`wrong number of args for ${name}: ${want} got ${count}`)
}

function argumentsFor(
  state: State,
  dot: Result,
  { params, rest }: Signature,
  args: readonly Operand[],
  final: Final,
): readonly Value[] {
  const values: Value[] = []
  for (const arg of args) values.push(evaluateArgument(state, dot, arg, typeAt(values.length, params, rest)))
  if (final !== missing) values.push(assign(state, final, typeAt(values.length, params, rest)))
  return values
}

function typeAt(index: number, params: readonly GoType[], rest: GoType | undefined): GoType {
  return params[index] ?? rest ?? 'interface {}'
}

/** `and` and `or` evaluate nothing after the argument that decides. */
function firstThatDecides(
  state: State,
  dot: Result,
  args: readonly Operand[],
  final: Final,
  truth: boolean,
): Result {
  let value: Result
  for (const arg of args) {
    state.step()
    value = evaluateArgument(state, dot, arg, 'reflect.Value')
    if (isTrue(value) === truth) return value
  }
  return final === missing ? value : final
}

/** Calls; a message leaves only when it was made for that, for others might show an argument. */
function called(state: State, name: GoString, node: State['node'], call: () => Value): Result {
  state.step()
  try {
    return call()
  } catch (cause) {
    if (cause instanceof TemplateError) throw cause
    state.node = node
    const reason = cause instanceof FunctionError ? `: ${cause.message}` : ''
    throw state.error(`error calling ${name}${reason}`, { cause })
  }
}
