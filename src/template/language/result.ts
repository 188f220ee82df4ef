import type { Value } from '../value/value.ts'

/**
 * What an expression gives. `null` is a nil that stands somewhere, such as in a map; `undefined` is no value at all,
 * which Go makes of it when it goes through a pipeline. Only where a nil is given to a list or map do they differ.
 */
export type Result = Value | undefined

/** That no value comes through the pipeline, which is not the same as a value that is nil. */
export const missing: unique symbol = Symbol('missing')

/** What comes through the pipeline as the last argument. */
export type Final = Result | typeof missing
