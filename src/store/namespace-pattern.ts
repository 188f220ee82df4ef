import { failure } from '../api/reason.ts'

const longestName = 63
const mostRepeats = 4

/**
 * A test for whole namespace names. JavaScript's engine backtracks, so only patterns are taken that cannot make it
 * slow on 63 characters: no repeated groups, back-references or look-around, and at most four `*`, `+` or `{n,}`.
 * Throws InvalidSpec for others and for what is no pattern.
 */
export function namespacePattern(pattern: string, path: string): (name: string) => boolean {
  const why = problemOf(pattern)
  if (why !== undefined) throw failure('InvalidSpec', `Cannot use ${path}: ${why}`)
  const whole = new RegExp(`^(?:${pattern})$`)
  return (name) => name.length <= longestName && whole.test(name)
}

function problemOf(pattern: string): string | undefined {
  if (pattern.length > 256) return 'the pattern is longer than 256 characters'
  const plain = pattern.replace(/\\[^a-zA-Z0-9]/g, 'x').replace(/\[(?:\\.|[^\]\\])*\]/g, 'x')
  if (/\(\?(?!:)/.test(plain)) return 'the pattern has look-around, flags or names, which are not supported'
  if (/\\[1-9kpPbBAzQ]/.test(plain)) return 'the pattern has an escape that is not supported'
  if (/\)[*+{]/.test(plain)) return 'the pattern repeats a group; write it out, or use several patterns'
  if ((plain.match(/[*+}]/g) ?? []).length > mostRepeats)
    return `the pattern repeats more than ${mostRepeats} times`
  if (/\{\d{3,}|,\d{3,}\}/.test(plain)) return 'the pattern repeats something over 99 times'
  return isPattern(pattern) ? undefined : 'it is not a regular expression'
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`) instanceof RegExp && new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}
