import { FunctionError } from '../error.ts'
import { type Functions, fn } from '../function.ts'
import { textOf } from '../value/bytes.ts'

/** The function that ends a render. */
export const failFunctions: Functions = {
  // The text may be made of secrets: it is shown only where all of it stands in the template.
  fail: fn(['string'], ([message], { isLiteral }) => {
    throw new FunctionError(isLiteral ? textOf(message) : 'the template failed by its own fail')
  }),
}
