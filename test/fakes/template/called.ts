import { Budget, type Limits } from '../../../src/template/budget.ts'
import { FunctionError, TemplateError } from '../../../src/template/error.ts'
import { codingFunctions } from '../../../src/template/functions/coding.ts'
import { bytesOf, goString } from '../../../src/template/value/bytes.ts'
import { Int, Opaque, type Value } from '../../../src/template/value/value.ts'

export interface CalledOptions {
  readonly compat?: 'strict' | 'eso'
  readonly nowMs?: number
  readonly limits?: Limits
  readonly random?: (bytes: number) => Uint8Array
}

/** What one of the coding functions gives; texts among the arguments are taken as UTF-8. */
export function called(name: string, args: readonly Value[], options: CalledOptions = {}): Value {
  const it = codingFunctions[name]
  if (it === undefined) throw new Error(`there is no function ${name}`)
  const { compat = 'strict', nowMs = 0, limits, random = (count) => new Uint8Array(count) } = options
  const given = args.map((arg) => (typeof arg === 'string' ? goString(arg) : arg))
  return it.call(given, { compat, nowMs, budget: new Budget(limits), random, isLiteral: false })
}

/** The same as a template would print it. */
export function printed(name: string, args: readonly Value[], options: CalledOptions = {}): string {
  return print(called(name, args, options))
}

/** Throws for a list, a map or nil: Go would print its own syntax. */
export function print(value: Value): string {
  if (value instanceof Opaque) return print(value.text() ?? null)
  if (value instanceof Int) return String(value.value)
  if (typeof value === 'string') return bytesOf(value).toString('utf8')
  if (value === null || typeof value === 'object') throw new Error('a list, a map or nil is not printed here')
  return String(value)
}

/** The words of the error that a call ends in; undefined when it gives a value. */
export function refusal(
  name: string,
  args: readonly Value[],
  options: CalledOptions = {},
): string | undefined {
  try {
    called(name, args, options)
    return undefined
  } catch (error) {
    if (error instanceof FunctionError || error instanceof TemplateError) return error.message
    throw error
  }
}
