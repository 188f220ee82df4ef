import type { Budget } from '../budget.ts'
import { TemplateError } from '../error.ts'
import type { Functions } from '../function.ts'
import { textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import type { CallEnv } from './call-env.ts'
import { textOfNode } from './node-text.ts'
import type { CommandNode, Definition, Node, Operand, Tree } from './nodes.ts'
import type { Output } from './output.ts'
import { placeAt } from './place.ts'
import type { Final, Result } from './result.ts'
import type { Variables } from './variables.ts'

/** Evaluates an operand; with a command, its arguments and what comes through the pipeline go to it. */
export type Evaluate = (
  state: State,
  dot: Result,
  node: Operand,
  command: CommandNode | undefined,
  final: Final,
) => Result

/** Lists, pipelines and templates within each other; further down the stack might not suffice. */
const mostNested = 200

/** How often the signal is looked at, in steps. */
const stepsBetweenLooks = 1024

/** What a running template has at hand. */
export interface StateParts {
  readonly tree: Tree
  readonly functions: Functions
  readonly budget: Budget
  readonly env: CallEnv
  readonly output: Output
  readonly variables: Variables
  /** Handed in, so that the files import in one direction. */
  readonly evaluate: Evaluate
  readonly signal: AbortSignal | undefined
}

/** Where the running of one template stands. */
export class State {
  readonly tree: Tree
  readonly functions: Functions
  readonly budget: Budget
  readonly env: CallEnv
  readonly output: Output
  readonly variables: Variables
  readonly evaluate: Evaluate
  /** The template in Go's sense that is running. */
  definition: Definition
  /** What is being evaluated, for messages. */
  node: Node | Operand | CommandNode | undefined
  readonly #signal: AbortSignal | undefined
  #nested = 0
  #steps = 0

  constructor(parts: StateParts) {
    this.tree = parts.tree
    this.functions = parts.functions
    this.budget = parts.budget
    this.env = parts.env
    this.output = parts.output
    this.variables = parts.variables
    this.evaluate = parts.evaluate
    this.definition = parts.tree.root
    this.#signal = parts.signal
  }

  /** Counts a step. Throws TemplateError when there were too many, and what the signal says when it was aborted. */
  step(): void {
    this.budget.step()
    if (++this.#steps % stepsBetweenLooks === 0) this.#signal?.throwIfAborted()
  }

  /** Goes one level down; an error needs no way back up. */
  down(): void {
    this.#nested++
    if (this.#nested > mostNested) this.fail(`more than ${mostNested} levels of nesting`)
  }

  up(): void {
    this.#nested--
  }

  fail(message: string): never {
    throw this.error(message)
  }

  /** An error at the node that is being evaluated. */
  error(message: string, options?: ErrorOptions): TemplateError {
    const { node, tree, definition } = this
    const at = node === undefined ? '' : `at <${shortened(textOfNode(node))}>: `
    const inside = definition === tree.root ? '' : `in ${JSON.stringify(textOf(definition.name))} `
    return new TemplateError(inside + at + message, placeAt(tree.name, tree.text, node?.at ?? 0), options)
  }
}

/** Bytes of a node that messages show. */
const mostShown = 20

function shortened(text: GoString): string {
  return text.length > mostShown ? `${textOf(text.slice(0, mostShown))}...` : textOf(text)
}
