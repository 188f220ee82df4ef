import type { GoString } from '../value/value.ts'

/** What a version is made of. */
export interface VersionParts {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly prerelease: GoString
  readonly metadata: GoString
  readonly original: GoString
}

const maxSegment = 2n ** 64n - 1n
const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const written = new RegExp(
  `^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`,
)

/**
 * Reads a version as Masterminds/semver does: a `v` before it and leading zeros are allowed, the minor version and the
 * patch may be left out. Undefined for what is no version.
 */
export function parseVersion(text: GoString): VersionParts | undefined {
  const match = written.exec(text)
  if (match === null) return undefined
  const [, major = '', minor = '0', patch = '0', prerelease = '', metadata = ''] = match
  const segments = [major, minor, patch].map((digits) => digits.replace(/^0+(?=.)/, ''))
  if (segments.some((digits) => digits.length > 20 || BigInt(digits) > maxSegment)) return undefined
  if (!isPrerelease(prerelease)) return undefined
  const [first = '', second = '', third = ''] = segments
  return {
    major: BigInt(first),
    minor: BigInt(second),
    patch: BigInt(third),
    prerelease,
    metadata,
    original: text,
  }
}

/** Nothing, or what may stand behind the plus sign. */
export function isMetadata(text: GoString): boolean {
  return text === '' || isIdentifiers.test(text)
}

const isIdentifiers = new RegExp(`^${identifiers}$`)
const leadingZero = /(?:^|\.)0[0-9]+(?:\.|$)/

/** Nothing, or identifiers of which none is a number with a leading zero. */
export function isPrerelease(text: GoString): boolean {
  return text === '' || (isIdentifiers.test(text) && !leadingZero.test(text))
}

/** The version in its full form, without a `v`. */
export function textOfVersion({ major, minor, patch, prerelease, metadata }: VersionParts): GoString {
  const suffix = (prerelease === '' ? '' : `-${prerelease}`) + (metadata === '' ? '' : `+${metadata}`)
  return `${major}.${minor}.${patch}${suffix}`
}
