import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import type { GoString } from '../value/value.ts'
import { matchesOf } from './regex-matches.ts'
import { search } from './regex-pattern.ts'
import { parseVersion, type VersionParts } from './semver-version.ts'

/** One comparison, such as `>= 1.2`. */
export interface Constraint {
  readonly operator: GoString
  /** The version to compare with, 0 where a part is left out or `x`. */
  readonly version: VersionParts
  /** The first part from the left that is left out or `x`. */
  readonly open: 'major' | 'minor' | 'patch' | undefined
}

const segment = '[0-9|xX*]+'
const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const version = `v?${segment}(?:\\.${segment})?(?:\\.${segment})?(?:-${identifiers})?(?:\\+${identifiers})?`
const comparison = `(?:!=|=>|=<|>=|<=|~>|[=<>~^])?\\s*${version}`

const range = `(\\s*)(${version})\\s+-\\s+(${version})\\s*`
const conjunction = `^\\s*${comparison}\\s*(?:(?:\\s+|,\\s*)${comparison}\\s*)*$`

/**
 * Reads constraints as Masterminds/semver does: groups between `||`, of which one must hold; in each comparisons, with
 * spaces or commas between, that must all hold. Throws FunctionError for what is none.
 */
export function parseConstraints(text: GoString, budget: Budget): readonly (readonly Constraint[])[] {
  return withoutRanges(text, budget)
    .split('||')
    .map((group) => parseGroup(group, budget))
}

/** `1.2 - 1.4` is another way to write `>= 1.2, <= 1.4`. */
function withoutRanges(text: GoString, budget: Budget): GoString {
  let result = ''
  let done = 0
  for (const match of matchesOf(search(range, text, budget), text, -1)) {
    const [from = '', to = ''] = [2, 3].map((group) => text.slice(...(match.group(group) ?? [0, 0])))
    result += `${text.slice(done, match.start)}>= ${from}, <= ${to} `
    done = match.end
  }
  return result + text.slice(done)
}

function parseGroup(group: GoString, budget: Budget): readonly Constraint[] {
  if (search(conjunction, group, budget).find(0) === undefined) throw noConstraint()
  const constraints: Constraint[] = []
  for (const { start, end } of matchesOf(search(comparison, group, budget), group, -1))
    constraints.push(parseConstraint(group.slice(start, end)))
  return constraints
}

const parts =
  /^([=!<>~^]*)[\t\n\f\r ]*v?([0-9|xX*]+)(?:\.([0-9|xX*]+))?(?:\.([0-9|xX*]+))?(-[0-9A-Za-z.-]+)?(?:\+.*)?$/s

function parseConstraint(text: GoString): Constraint {
  const [, operator = '', major, minor, patch, prerelease = ''] = parts.exec(text) ?? []
  const segments = [major, minor, patch]
  const openAt = segments.findIndex((part) => part === undefined || /^[xX*]$/.test(part))
  const known = segments.map((part, index) => (openAt === -1 || index < openAt ? part : '0'))
  const parsed = parseVersion(known.join('.') + prerelease)
  if (parsed === undefined) throw noConstraint()
  return { operator, version: parsed, open: (['major', 'minor', 'patch'] as const)[openAt] }
}

function noConstraint(): FunctionError {
  return new FunctionError('takes a constraint on versions, and the text is none')
}
