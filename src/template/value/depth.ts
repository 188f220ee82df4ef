import { FunctionError } from '../error.ts'

/**
 * Levels of lists and maps within each other that are read, written, copied or merged; a map that holds itself ends
 * here too. Twice as many fit on Node's default stack where the language is nested as deeply as it may be.
 */
const deepestLevel = 500

/** Throws FunctionError beyond the deepest level. */
export function checkDepth(level: number): void {
  if (level > deepestLevel) throw new FunctionError(`is nested deeper than ${deepestLevel} levels`)
}
