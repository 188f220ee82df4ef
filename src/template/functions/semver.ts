import { FunctionError } from '../error.ts'
import { type Functions, fn } from '../function.ts'
import type { GoString } from '../value/value.ts'
import { isWithin } from './semver-check.ts'
import { parseConstraints } from './semver-constraint.ts'
import { Version } from './semver-object.ts'
import { parseVersion, type VersionParts } from './semver-version.ts'

/** Functions on semantic versions, as Masterminds/semver has them. */
export const semverFunctions: Functions = {
  semver: fn(['string'], ([text], { budget }) => {
    budget.step(1 + (text.length >> 6))
    return new Version(versionOf(text), 'ptr')
  }),
  semverCompare: fn(['string', 'string'], ([constraint, text], { budget }) => {
    budget.step(1 + (text.length >> 6))
    const groups = parseConstraints(constraint, budget)
    return isWithin(versionOf(text), groups)
  }),
}

function versionOf(text: GoString): VersionParts {
  const version = parseVersion(text)
  if (version === undefined) throw new FunctionError('takes a version such as 1.2.3, and the text is none')
  return version
}
