import { GoMap, Int, int, Slice, typeOf } from '../value/value.ts'
import { evaluatePipe, setVariable } from './evaluate.ts'
import type { Jump } from './jump.ts'
import type { Node, RangeNode } from './nodes.ts'
import type { Result } from './result.ts'
import type { State } from './state.ts'

type WalkList = (state: State, dot: Result, list: readonly Node[]) => Jump

/** Does what stands in a range for each element, or what stands after `else` when there is none. */
export function walkRange(state: State, dot: Result, node: RangeNode, walkList: WalkList): Jump {
  const { mark } = state.variables
  const value = evaluatePipe(state, dot, node.pipe)
  const inner = state.variables.mark
  let isEmpty = true
  for (const [index, element] of elementsOf(state, node, value)) {
    isEmpty = false
    state.step()
    setVariables(state, node, index, element)
    const jump = walkList(state, element, node.list)
    state.variables.popTo(inner)
    if (jump === 'break') break
  }
  const jump = isEmpty ? walkList(state, dot, node.otherwise) : undefined
  state.variables.popTo(mark)
  // Go ends this range, not the one around it, at a `break` after `else`.
  return jump === 'break' ? undefined : jump
}

type Element = readonly [index: Result, element: Result]

function elementsOf(state: State, node: RangeNode, value: Result): Iterable<Element> {
  if (value instanceof Slice) return elementsOfSlice(value)
  if (value instanceof GoMap) return entriesInOrder(state, value)
  if (value instanceof Int) return numbersBelow(state, node, value)
  if (value === undefined || value === null) return []
  return state.fail(`range can't iterate over a value of type ${typeOf(value)}`)
}

function* elementsOfSlice({ items }: Slice): Generator<Element> {
  for (let at = 0; at < items.length; at++) yield [int(at), items[at]]
}

/** The entries as they are when the range begins, by key. */
function entriesInOrder(state: State, { entries }: GoMap): Iterable<Element> {
  state.budget.step(entries.size)
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
}

function numbersBelow(state: State, node: RangeNode, end: Int): Iterable<Element> {
  if (node.pipe.variables.length > 1)
    state.fail(`can't use a value of type ${end.type} to iterate over more than one variable`)
  return countTo(end)
}

function* countTo({ type, value: end }: Int): Generator<Element> {
  for (let value = 0n; value < end; value++) yield [undefined, new Int(type, value)]
}

/** One variable takes the element, two the index and the element. */
function setVariables(state: State, node: RangeNode, index: Result, element: Result): void {
  const { variables, assigns } = node.pipe
  const [first, second] = variables
  if (first === undefined) return
  if (!assigns) {
    state.variables.setFromTop(1, element)
    if (second !== undefined) state.variables.setFromTop(2, index)
    return
  }
  setVariable(state, first, second === undefined ? element : index)
  if (second !== undefined) setVariable(state, second, element)
}
