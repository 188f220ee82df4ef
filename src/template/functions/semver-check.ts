import { comparePrereleases, compareVersions } from './semver-compare.ts'
import type { Constraint } from './semver-constraint.ts'
import type { VersionParts } from './semver-version.ts'

/**
 * True when a version is within one of the groups. A pre-release is within a group only when that names a pre-release
 * itself.
 */
export function isWithin(version: VersionParts, groups: readonly (readonly Constraint[])[]): boolean {
  return groups.some((group) => {
    const namesPrerelease = group.some((constraint) => constraint.version.prerelease !== '')
    if (version.prerelease !== '' && !namesPrerelease) return false
    return group.every((constraint) => satisfies(version, constraint))
  })
}

function satisfies(version: VersionParts, constraint: Constraint): boolean {
  const order = compareVersions(version, constraint.version)
  switch (constraint.operator) {
    case '!=':
      return isOther(version, constraint)
    case '>':
      return isGreater(version, constraint)
    case '<':
      return order < 0
    case '>=':
    case '=>':
      return order >= 0
    case '<=':
    case '=<':
      return isLessOrEqual(version, constraint)
    case '^':
      return order >= 0 && isCompatible(version, constraint)
    case '~':
    case '~>':
      return order >= 0 && isNear(version, constraint)
    default:
      return constraint.open === undefined ? order === 0 : order >= 0 && isNear(version, constraint)
  }
}

/** `!= 1.2` is any version that does not begin with 1.2. */
function isOther(version: VersionParts, { version: other, open }: Constraint): boolean {
  if (open === undefined) return compareVersions(version, other) !== 0
  if (version.major !== other.major) return true
  if (open === 'minor') return false
  if (version.minor !== other.minor) return true
  if (open === 'major') return version.patch !== other.patch || compareVersions(version, other) !== 0
  return comparePrereleases(version.prerelease, other.prerelease) !== 0
}

/** `> 1.2` is from 1.3 on. */
function isGreater(version: VersionParts, { version: other, open }: Constraint): boolean {
  if (open === undefined) return compareVersions(version, other) > 0
  if (version.major !== other.major) return version.major > other.major
  if (open === 'minor') return false
  if (open === 'patch') return version.minor > other.minor
  return compareVersions(version, other) > 0
}

/** `<= 1.2` is up to all of 1.2. */
function isLessOrEqual(version: VersionParts, { version: other, open }: Constraint): boolean {
  if (open === undefined) return compareVersions(version, other) <= 0
  if (version.major !== other.major) return version.major < other.major
  return open === 'minor' || version.minor <= other.minor
}

/** Of the same minor version, or major version where the minor one is open; `~0.0.0` and `~*` are any. */
function isNear(version: VersionParts, { version: other, open }: Constraint): boolean {
  const isZero = other.major === 0n && other.minor === 0n && other.patch === 0n
  if (isZero && open !== 'minor' && open !== 'patch') return true
  return version.major === other.major && (open === 'minor' || version.minor === other.minor)
}

/** The same up to the first part that is not 0. */
function isCompatible(version: VersionParts, { version: other, open }: Constraint): boolean {
  if (version.major !== other.major) return false
  if (other.major > 0n || open === 'minor') return true
  if (version.minor !== other.minor) return false
  if (other.minor > 0n || open === 'patch') return true
  return version.patch === other.patch
}
