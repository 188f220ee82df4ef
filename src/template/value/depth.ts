import { FunctionError } from '../error.ts'

/** Levels of lists and maps within each other that are read or written; a map that holds itself ends here too. */
const deepestLevel = 1000

/** Throws FunctionError beyond the deepest level. */
export function checkDepth(level: number): void {
  if (level > deepestLevel) throw new FunctionError(`is nested deeper than ${deepestLevel} levels`)
}
