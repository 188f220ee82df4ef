import type { Kind } from './signatures.ts'

/** An expression of a template. What a variable or field names is chosen when it is printed, from what is in scope. */
export type Expression =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly of: Kind; readonly pick: number; readonly otherwise: Expression }
  | { readonly kind: 'field'; readonly key: string; readonly through: 'dot' | 'dollar' | 'index' }
  | { readonly kind: 'dot' }
  | { readonly kind: 'chain'; readonly of: Expression; readonly keys: readonly string[] }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly args: readonly Expression[]
      readonly piped: boolean
    }

/** A variable that is in scope, and what it holds. */
export interface Variable {
  readonly name: string
  readonly of: Kind
}

export interface Scope {
  readonly variables: readonly Variable[]
  /** What the dot is: the data of the Secret at the top, else an element. */
  readonly dot: 'data' | 'other'
  /** Where the text stands: definitions belong to the top, break and continue into a range. */
  readonly within: 'top' | 'body' | 'range'
}

/** The text of an expression where a whole pipeline may stand. */
export function pipelineText(it: Expression, scope: Scope): string {
  if (it.kind !== 'call') return operandText(it, scope)
  const last = it.args.at(-1)
  if (!it.piped || last === undefined) return commandText(it.name, it.args, scope)
  return `${pipelineText(last, scope)} | ${commandText(it.name, it.args.slice(0, -1), scope)}`
}

function commandText(name: string, args: readonly Expression[], scope: Scope): string {
  return [name, ...args.map((arg) => operandText(arg, scope))].join(' ')
}

/** The text of an expression as one argument. */
function operandText(it: Expression, scope: Scope): string {
  switch (it.kind) {
    case 'literal':
      return it.text
    case 'variable':
      return variableText(it, scope)
    case 'field':
      return fieldText(it.key, it.through, scope)
    case 'dot':
      return '.'
    case 'chain':
      return `(${pipelineText(it.of, scope)})${it.keys.map((key) => `.${key}`).join('')}`
    case 'call':
      return `(${pipelineText(it, scope)})`
  }
}

/** Mostly a variable of the right kind; where there is none, what stands in for it. */
function variableText(it: Expression & { kind: 'variable' }, scope: Scope): string {
  const fitting = scope.variables.filter((one) => one.of === it.of || it.of === 'any')
  const found = fitting[it.pick % Math.max(fitting.length, 1)]
  return found === undefined ? operandText(it.otherwise, scope) : found.name
}

function fieldText(key: string, through: 'dot' | 'dollar' | 'index', scope: Scope): string {
  if (through === 'index' || !/^[A-Za-z_]\w*$/.test(key)) return `(index $ ${JSON.stringify(key)})`
  return through === 'dot' && scope.dot === 'data' ? `.${key}` : `$.${key}`
}
