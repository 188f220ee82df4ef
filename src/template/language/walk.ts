import { FunctionError } from '../error.ts'
import { textOfValue } from '../value/format.ts'
import { evaluatePipe } from './evaluate.ts'
import type { Jump } from './jump.ts'
import type { ActionNode, BranchNode, Node, TemplateNode } from './nodes.ts'
import { shown } from './place.ts'
import type { Result } from './result.ts'
import type { State } from './state.ts'
import { isTrue } from './truth.ts'
import { walkRange } from './walk-range.ts'

/** Does what the nodes of a list say, in turn. */
export function walkList(state: State, dot: Result, list: readonly Node[]): Jump {
  state.down()
  let jump: Jump
  for (const node of list) {
    jump = walk(state, dot, node)
    if (jump !== undefined) break
  }
  state.up()
  return jump
}

function walk(state: State, dot: Result, node: Node): Jump {
  state.step()
  state.node = node
  switch (node.kind) {
    case 'text':
      state.output.write(node.text)
      return undefined
    case 'action':
      return walkAction(state, dot, node)
    case 'if':
    case 'with':
      return walkBranch(state, dot, node)
    case 'range':
      return walkRange(state, dot, node, walkList)
    case 'template':
      return walkTemplate(state, dot, node)
    case 'break':
    case 'continue':
      return node.kind
  }
}

/** Variables that an action declares stay until the end of what it stands in. */
function walkAction(state: State, dot: Result, { pipe }: ActionNode): undefined {
  const value = evaluatePipe(state, dot, pipe)
  if (pipe.variables.length > 0) return
  state.node = pipe
  state.output.write(shownValue(state, value))
}

function shownValue(state: State, value: Result): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return '<no value>'
  try {
    return textOfValue(value, state.budget)
  } catch (cause) {
    throw cause instanceof FunctionError ? state.error(cause.message, { cause }) : cause
  }
}

function walkBranch(state: State, dot: Result, node: BranchNode): Jump {
  const { mark } = state.variables
  const jump = walkFirstTrue(state, dot, node)
  state.variables.popTo(mark)
  return jump
}

function walkFirstTrue(state: State, dot: Result, { kind, cases, otherwise }: BranchNode): Jump {
  for (const { pipe, list } of cases) {
    const value = evaluatePipe(state, dot, pipe)
    if (isTrue(value)) return walkList(state, kind === 'with' ? value : dot, list)
  }
  return walkList(state, dot, otherwise)
}

function walkTemplate(state: State, dot: Result, { name, pipe }: TemplateNode): undefined {
  const { definition, variables } = state
  const called = state.tree.definitions.get(name)
  if (called === undefined) return state.fail(`template ${shown(name, 40)} not defined`)
  const itsDot = pipe === undefined ? undefined : evaluatePipe(state, dot, pipe)
  const base = variables.enter(itsDot)
  state.definition = called
  walkList(state, itsDot, called.list)
  state.definition = definition
  variables.leave(base)
}
