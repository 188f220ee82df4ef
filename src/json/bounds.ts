import type { Json } from './text.ts'

const longest = 8 * 1024 * 1024
const deepest = 500

/** The same value. Throws RangeError when it is too long: paths can double a value again and again. */
export function bounded(json: Json): Json {
  boundedLength(json.length)
  return json
}

/** Throws RangeError when a value would be too long. */
export function boundedLength(length: number): void {
  if (length > longest) throw new RangeError(`the path makes a value of more than ${longest} characters`)
}

/** Throws RangeError when a walk goes too deep to come back. */
export function boundedDepth(depth: number): void {
  if (depth > deepest) throw new RangeError(`the path goes through more than ${deepest} nested values`)
}
