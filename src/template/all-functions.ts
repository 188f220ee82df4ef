import type { Functions } from './function.ts'
import { codingFunctions } from './functions/coding.ts'
import { coreFunctions } from './functions/core.ts'
import { keyFunctions } from './keys/functions.ts'
import { builtins } from './language/builtins.ts'

/** Every function that a template may call. It has no prototype: no name of JavaScript's own is a function here. */
export const allFunctions: Functions = Object.freeze(
  Object.assign(Object.create(null) as Functions, {
    ...builtins,
    ...coreFunctions,
    ...codingFunctions,
    ...keyFunctions,
  }),
)
