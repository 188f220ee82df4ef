import { RE2JS, RE2JSException } from 're2js'
import { programSizeOf } from '../../template/functions/regex-size.ts'

/** Instructions of a pattern at most; patterns that people write have some dozens. */
const maxSize = 1000

/** Whether a text is a pattern (RE2) with one group, of a size that may be compiled. */
export function isPattern(text: string): boolean {
  return programSizeOf(text) <= maxSize && compile(text)?.groupCount() === 1
}

/** What the one group of a pattern takes from a text; undefined where it does not match. */
export function firstGroup(pattern: string, text: string): string | undefined {
  const matcher = compile(pattern)?.matcher(text)
  return matcher?.find() === true ? (matcher.group(1) ?? undefined) : undefined
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    if (error instanceof RE2JSException) return undefined
    throw error
  }
}
