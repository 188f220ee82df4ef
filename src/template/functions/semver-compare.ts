import type { GoString } from '../value/value.ts'
import type { VersionParts } from './semver-version.ts'

export type Order = -1 | 0 | 1

/** How the first version stands to the second: -1 less, 0 equal, 1 greater. Metadata does not count. */
export function compareVersions(a: VersionParts, b: VersionParts): Order {
  for (const segment of ['major', 'minor', 'patch'] as const)
    if (a[segment] !== b[segment]) return a[segment] < b[segment] ? -1 : 1
  if (a.prerelease === b.prerelease) return 0
  if (a.prerelease === '' || b.prerelease === '') return a.prerelease === '' ? 1 : -1
  return comparePrereleases(a.prerelease, b.prerelease)
}

/** The same for what stands behind the dash; fewer identifiers are less. */
export function comparePrereleases(a: GoString, b: GoString): Order {
  const [ours, theirs] = [a.split('.'), b.split('.')]
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const order = compareIdentifiers(ours[index] ?? '', theirs[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}

/** None is less than any, a number less than a word. */
function compareIdentifiers(a: GoString, b: GoString): Order {
  if (a === b) return 0
  if (a === '' || b === '') return a === '' ? -1 : 1
  const [ourNumber, theirNumber] = [numberOf(a), numberOf(b)]
  if (ourNumber === undefined && theirNumber === undefined) return a > b ? 1 : -1
  if (ourNumber === undefined || theirNumber === undefined) return ourNumber === undefined ? 1 : -1
  return ourNumber > theirNumber ? 1 : -1
}

/** An identifier of digits as a number, if it has 64 bits at most. */
function numberOf(identifier: GoString): bigint | undefined {
  if (!/^[0-9]+$/.test(identifier)) return undefined
  const digits = identifier.replace(/^0+(?=.)/, '')
  return digits.length <= 20 && BigInt(digits) < 2n ** 64n ? BigInt(digits) : undefined
}
