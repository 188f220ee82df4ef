import { FunctionError } from '../error.ts'
import { type Env, type Functions, fn, variadic } from '../function.ts'
import { sprint, sprintf, sprintln } from '../value/format.ts'
import { any, type GoString, int, type Value } from '../value/value.ts'
import { equals, equalsAny, isLess, isLessOrEqual } from './compare.ts'
import { elementOf, lengthOf, sliceOf } from './element.ts'
import { escapeHtml, escapeJs, escapeUrlQuery } from './escape.ts'
import { isTrue } from './truth.ts'

/** The type by which builtins ask for an argument of any type, nil as well. */
const anything = 'reflect.Value'

/** `and` and `or` as functions; the interpreter, which knows them, evaluates no argument after the one that decides. */
export const and = variadic([anything], anything, (first, rest) => deciding([...first, ...rest], false))
export const or = variadic([anything], anything, (first, rest) => deciding([...first, ...rest], true))

function deciding(args: readonly Value[], truth: boolean): Value {
  return args.find((it) => isTrue(it) === truth) ?? args.at(-1) ?? null
}

/** The functions that Go's text/template has by itself. */
export const builtins: Functions = {
  and,
  or,
  not: fn([anything], ([value]) => !isTrue(value)),
  eq: variadic([anything], anything, ([first], rest, { budget }) => equalsAny(first, rest, budget)),
  ne: fn([anything, anything], ([first, second], { budget }) => !equals(first, second, budget)),
  lt: fn([anything, anything], ([first, second], { budget }) => isLess(first, second, budget)),
  le: fn([anything, anything], ([first, second], { budget }) => isLessOrEqual(first, second, budget)),
  gt: fn([anything, anything], ([first, second], { budget }) => !isLessOrEqual(first, second, budget)),
  ge: fn([anything, anything], ([first, second], { budget }) => !isLess(first, second, budget)),
  index: variadic([anything], anything, ([item], indexes) => elementOf(item, indexes)),
  slice: variadic([anything], anything, ([item], indexes, { budget }) => sliceOf(item, indexes, budget)),
  len: fn([anything], ([item]) => int(lengthOf(item))),
  print: variadic([], any, (_, args, { budget }) => sprint(args, budget)),
  printf: variadic(['string'], any, ([format], args, { budget }) => sprintf(format, args, budget)),
  println: variadic([], any, (_, args, { budget }) => sprintln(args, budget)),
  html: variadic([], any, (_, args, env) => escaped(args, env, escapeHtml)),
  js: variadic([], any, (_, args, env) => escaped(args, env, escapeJs)),
  urlquery: variadic([], any, (_, args, env) => escaped(args, env, escapeUrlQuery)),
  call: variadic([anything], anything, refuseCall),
}

/** An escape makes at most six bytes of one. */
function escaped(args: readonly Value[], { budget }: Env, escape: (text: GoString) => GoString): GoString {
  const [only] = args
  const isText = args.length === 1 && typeof only === 'string'
  const text = isText
    ? only
    : sprint(
        args.map((it) => it ?? '<no value>'),
        budget,
      )
  budget.step(text.length >> 6)
  budget.allocate(text.length * 6)
  return escape(text)
}

/** Templates are given no function as a value. */
function refuseCall(): never {
  throw new FunctionError('a value is no function')
}
