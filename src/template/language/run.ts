import type { Budget } from '../budget.ts'
import type { Functions } from '../function.ts'
import type { GoMap } from '../value/value.ts'
import { CallEnv } from './call-env.ts'
import { evaluateOperand } from './evaluate.ts'
import type { Tree } from './nodes.ts'
import { Output } from './output.ts'
import { State } from './state.ts'
import { Variables } from './variables.ts'
import { walkList } from './walk.ts'

export interface RunOptions {
  /** The dot of every template; a key that is not there is an error (`missingkey=error`). */
  readonly data: GoMap
  /** The functions that the templates were parsed with. */
  readonly functions: Functions
  readonly compat: 'strict' | 'eso'
  /** Wall-clock time, in milliseconds. */
  readonly nowMs: number
  /** One for all templates together; each result may have `outputBytes`. */
  readonly budget: Budget
  readonly random: (bytes: number) => Uint8Array
  readonly signal?: AbortSignal | undefined
}

/** Runs templates over the same data: the bytes of each. Throws TemplateError, and what an aborted signal says. */
export function run(trees: readonly Tree[], options: RunOptions): readonly Uint8Array[] {
  const env = new CallEnv(options)
  return trees.map((it) => runOne(it, env, options))
}

function runOne(tree: Tree, env: CallEnv, options: RunOptions): Uint8Array {
  const { data, functions, budget, signal } = options
  signal?.throwIfAborted()
  const output = new Output(budget.limits.outputBytes)
  const variables = new Variables(budget)
  variables.declare('$', data)
  walkList(
    new State({ tree, functions, budget, env, output, variables, evaluate: evaluateOperand, signal }),
    data,
    tree.root.list,
  )
  return output.bytes()
}
