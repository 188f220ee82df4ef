import { RE2JS, RE2JSException } from 're2js'

/**
 * A test for texts that hold a match of a regular expression of Go's syntax; undefined when it is none. Takes time in
 * line with the length of the text, whatever the pattern; the pattern itself must be of a size that may be compiled.
 */
export function goPattern(pattern: string): ((text: string) => boolean) | undefined {
  const compiled = compile(pattern)
  return compiled && ((text) => compiled.matcher(text).find())
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    if (error instanceof RE2JSException) return undefined
    throw error
  }
}
