import { GoMap, type GoString, Opaque, typeOf, type Value } from '../value/value.ts'
import { callMethod } from './call.ts'
import type { ChainNode, CommandNode, FieldNode, Operand, VariableNode } from './nodes.ts'
import { shown } from './place.ts'
import { type Final, missing, type Result } from './result.ts'
import type { State } from './state.ts'

/** What has fields after it. */
type Chained = FieldNode | VariableNode | ChainNode

/** Evaluates `.a.b.c` of a value; if the last is a method, it gets the arguments. */
export function evaluateFields(
  state: State,
  dot: Result,
  receiver: Result,
  node: Chained,
  command: CommandNode | undefined,
  final: Final,
): Result {
  const { names } = node
  const last = names.length - 1
  let value = receiver
  for (const [index, name] of names.entries()) {
    const isLast = index === last
    const args = isLast ? (command?.args ?? none) : none
    value = evaluateField(state, dot, value, node, name, args, isLast ? final : missing)
  }
  return value
}

const none: readonly Operand[] = []

function evaluateField(
  state: State,
  dot: Result,
  receiver: Result,
  node: Chained,
  name: GoString,
  args: readonly Operand[],
  final: Final,
): Result {
  const hasArgs = args.length > 0 || final !== missing
  if (receiver instanceof GoMap) return entryOf(state, receiver, name, hasArgs)
  if (receiver === undefined) state.fail(`nil data; no entry for key ${shown(name, 40)}`)
  if (receiver === null) state.fail(`nil pointer evaluating interface {}.${shown(name, 40)}`)
  if (!(receiver instanceof Opaque)) return fieldless(state, receiver, name)
  const method = receiver.method(name)
  if (method !== undefined) return callMethod(state, dot, node, name, method, args, final)
  return fieldOf(state, receiver, name, hasArgs)
}

function entryOf(state: State, map: GoMap, name: GoString, hasArgs: boolean): Result {
  if (hasArgs) state.fail(`${shown(name, 40)} is not a method but has arguments`)
  const value = map.entries.get(name)
  if (value === undefined) state.fail(`map has no entry for key ${shown(name, 40)}`)
  return value
}

function fieldOf(state: State, receiver: Opaque, name: GoString, hasArgs: boolean): Result {
  const value = receiver.field(name)
  if (value === undefined) return fieldless(state, receiver, name)
  if (hasArgs) state.fail(`${shown(name, 40)} has arguments but cannot be invoked as function`)
  return value
}

function fieldless(state: State, receiver: Value, name: GoString): never {
  return state.fail(`can't evaluate field ${shown(name, 40)} in type ${typeOf(receiver)}`)
}
