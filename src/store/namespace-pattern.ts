import { LRUCache } from 'lru-cache'
import { failure } from '../api/reason.ts'
import { goPattern } from '../std/go-pattern.ts'

const longestName = 63
const longestPattern = 256
/** Asked at every sync; most clusters have a handful. */
const known = new LRUCache<string, (text: string) => boolean>({ max: 500 })

/**
 * A test for whole namespace names by a pattern of RE2, as ESO and our CRD take it; that a part of a name is no match
 * is ours (S3). Throws InvalidSpec for what is no pattern or over 256 characters.
 */
export function namespacePattern(pattern: string, path: string): (name: string) => boolean {
  const test = known.get(pattern) ?? compiled(pattern, path)
  known.set(pattern, test)
  return test
}

function compiled(pattern: string, path: string): (name: string) => boolean {
  const whole = pattern.length > longestPattern ? undefined : wholePattern(pattern)
  if (whole !== undefined) return (name) => name.length <= longestName && whole(name)
  throw failure(
    'InvalidSpec',
    `Cannot use ${path}: it is no regular expression (RE2) of at most ${longestPattern} characters`,
  )
}

/** It must be a pattern by itself: `a)|(b` would be one with the anchors only. */
function wholePattern(pattern: string): ((text: string) => boolean) | undefined {
  return goPattern(pattern) && goPattern(`^(?:${pattern})$`)
}
