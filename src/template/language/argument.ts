import { any, type GoType, Int, type Value } from '../value/value.ts'
import { assign } from './assign.ts'
import { textOfNode } from './node-text.ts'
import { type ConstantNode, isConstant, type NumberNode, type Operand } from './nodes.ts'
import { shown } from './place.ts'
import { missing, type Result } from './result.ts'
import type { State } from './state.ts'
import { canBeNil, isIntType, zeroOf } from './zero.ts'

/** Evaluates an operand as an argument of a type: constants become of that type, all else must be. */
export function evaluateArgument(state: State, dot: Result, node: Operand, type: GoType): Value {
  if (isConstant(node)) {
    state.node = node
    return constantAs(state, node, type)
  }
  if (node.kind !== 'nil') return assign(state, state.evaluate(state, dot, node, undefined, missing), type)
  state.node = node
  return canBeNil(type) ? zeroOf(type) : state.fail(`cannot assign nil to ${type}`)
}

/** A constant where no type is asked for. */
export function constantOf(state: State, node: ConstantNode): Value {
  if (node.kind !== 'number') return node.value
  return node.ideal ?? state.fail(`${shown(node.text, 40)} overflows int`)
}

function constantAs(state: State, node: ConstantNode, type: GoType): Value {
  if (type === any || type === 'reflect.Value') return constantOf(state, node)
  if (type === 'string') return node.kind === 'string' ? node.value : unexpected(state, node, 'string')
  if (type === 'bool') return node.kind === 'bool' ? node.value : unexpected(state, node, 'bool')
  if (type !== 'float64' && !isIntType(type))
    return state.fail(`can't handle ${shown(textOfNode(node), 20)} for arg of type ${type}`)
  return node.kind === 'number' ? numberAs(state, node, type) : unexpected(state, node, nameOf(type))
}

function unexpected(state: State, node: ConstantNode, expected: string): never {
  return state.fail(`expected ${expected}; found ${shown(textOfNode(node), 20)}`)
}

function nameOf(type: GoType): string {
  if (type === 'float64') return 'float'
  return type.startsWith('u') ? 'unsigned integer' : 'integer'
}

/** A number too large for its type wraps around, as in Go's reflect. */
function numberAs(state: State, node: NumberNode, type: GoType): Value {
  if (!isIntType(type)) return node.float ?? unexpected(state, node, 'float')
  const isUnsigned = type.startsWith('u')
  const value = (isUnsigned ? node.uint : node.int) ?? unexpected(state, node, nameOf(type))
  const bits = Number(/\d+$/.exec(type)?.[0] ?? 64)
  return new Int(type, isUnsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value))
}
