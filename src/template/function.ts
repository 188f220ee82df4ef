import type { Budget } from './budget.ts'
import type { GoMap, GoString, GoType, Int, IntType, Slice, Value } from './value/value.ts'

/** What a function may use beside its arguments. */
export interface Env {
  /** Wall-clock time at which the render began, in milliseconds. */
  readonly nowMs: number
  /** `strict`: what cannot be decoded is an error. `eso`: ESO's own results (design section 3, difference 8). */
  readonly compat: 'strict' | 'eso'
  readonly budget: Budget
  /** Bytes that nobody can foretell. */
  random(bytes: number): Uint8Array
  /** True when every argument of this call stands in the template's text, so that a message may show it. */
  readonly isLiteral: boolean
}

/** The TypeScript type in which an argument of a Go type arrives. */
export type ArgumentOf<Type extends GoType> = Type extends 'string'
  ? GoString
  : Type extends 'bool'
    ? boolean
    : Type extends 'float64'
      ? number
      : Type extends IntType
        ? Int
        : Type extends `[]${string}`
          ? Slice
          : Type extends `map[${string}`
            ? GoMap
            : Value

/**
 * A function that templates may call. The interpreter checks the arguments against `params` as Go does and has called
 * `budget.step()`; a function that loops or makes long values asks the budget first. It never alters an argument,
 * unless that is what it is for (`set`).
 */
export interface GoFunction {
  readonly params: readonly GoType[]
  /** The type of each further argument, where any number may follow. */
  readonly rest: GoType | undefined
  /** May take seconds (bcrypt, key generation, PKCS#12): runs in a worker that can be ended. */
  readonly slow: boolean
  call(args: readonly Value[], env: Env): Value
}

type ArgumentsOf<Params extends readonly GoType[]> = {
  [Index in keyof Params]: ArgumentOf<Params[Index]>
}

/** A function with a fixed number of parameters. */
export function fn<const Params extends readonly GoType[]>(
  params: Params,
  call: (args: ArgumentsOf<Params>, env: Env) => Value,
): GoFunction {
  return { params, rest: undefined, slow: false, call }
}

/** A function whose last parameter may be given any number of times. */
export function variadic<const Params extends readonly GoType[], const Rest extends GoType>(
  params: Params,
  rest: Rest,
  call: (args: ArgumentsOf<Params>, rest: readonly ArgumentOf<Rest>[], env: Env) => Value,
): GoFunction {
  return {
    params,
    rest,
    slow: false,
    call: (args, env) =>
      call(
        args.slice(0, params.length) as ArgumentsOf<Params>,
        args.slice(params.length) as ArgumentOf<Rest>[],
        env,
      ),
  }
}

/** The same function, run where it can be ended. */
export function slow(it: GoFunction): GoFunction {
  return { ...it, slow: true }
}

/** Functions by the name that templates call them by. */
export type Functions = Readonly<Record<string, GoFunction>>
